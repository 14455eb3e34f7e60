"""A configuration of oauth2-proxy in, Facts and redacted settings out.

What the file does not say may stand in the environment or on the command line, which come before it: that an option is
missing is never a fault.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Endpoint, Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.django import process, redaction
from doorward.systems.oauth2_proxy.document import Document, Form, is_alpha, is_environment, parse
from doorward.systems.oauth2_proxy.facts import facts
from doorward.systems.oauth2_proxy.options import KNOWN, SECRET

_OWN = re.compile(
    rb"^\s*(cookie_secret|cookie_domains|email_domains|oidc_issuer_url|upstreams|whitelist_domains|set_xauthrequest"
    rb"|skip_provider_button|client_id|redirect_url|http_address|reverse_proxy|cookie_name|cookie_expire)\s*=",
    re.MULTILINE,
)
_COOKIE_DOMAIN = "cookie_domain"
_ENOUGH = 3
"""One such key may stand in anybody's TOML; three do not."""

# Of alpha YAML only what says where people sign in; any other value may be a secret.
_SHOWN_YAML = re.compile(
    r"\.(id|provider|clientID|name|path|uri|claim|issuerURL|jwksURL|loginURL|redeemURL|profileURL|validateURL|scope)$"
    r"|^server\.(?!.*\.[vV]alue$)|URL$"
)


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is oauth2-proxy's, whatever its name; also one that does not parse."""
    text = content.decode("utf-8", "replace")
    keys = {match.group(1) for match in _OWN.finditer(content)}
    return len(keys) >= _ENOUGH or is_environment(text) or is_alpha(text)


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    document = parse(path, target.name)
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=(*_surroundings(target, document), *facts(document, target.public_url)),
        settings=tuple(_setting(document, option, value) for option, value in document.values.items()),
    )


def _surroundings(target: Target, document: Document) -> tuple[Fact, ...]:
    """What was said on the command line comes before what the file says."""
    told: list[Fact] = [Flow(Where(document.name, 0, ""), "form", (document.form.value,))]
    if target.public_url:
        told.append(Endpoint(Where("--public-url", 0, ""), "public", target.public_url))
    if target.forwarded:
        told.append(Flow(Where("--forwarded", 0, ""), "forwarded-headers", target.forwarded))
    return tuple(told)


def _setting(document: Document, option: str, value: object) -> Setting:
    """Named after the option; the cookie's domain after its flag, by which every kind names that attribute."""
    pointer = _COOKIE_DOMAIN if option == "cookie_domains" else option
    where = document.where(option)
    return Setting(pointer, _shown(document, option, value), Where(where.path, where.line, pointer))


def _shown(document: Document, option: str, value: object) -> str | None:
    if redaction.is_unknown(value):
        return None
    key = process.digest_key()
    may = bool(_SHOWN_YAML.search(option)) if document.form is Form.ALPHA else option in KNOWN and option not in SECRET
    if not may:
        return redaction.digest(key, value)
    return redaction.without_people(value if isinstance(value, str) else json.dumps(value, default=str), key)
