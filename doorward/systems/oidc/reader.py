"""A discovery document, or a client's registration, as JSON in; Facts and redacted settings out.

Source: OpenID Connect Discovery 1.0 §3, RFC 8414 §2 (provider); RFC 7591 §2 and §3.2.1 (client).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Endpoint, Fact, Flow, Issuer, Secret
from doorward.systems import Target
from doorward.systems.oidc import entra
from doorward.systems.oidc.document import Document, of_text, surroundings
from doorward.yaml_file import text_of

_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
"""Two escapes that are one sign in JSON and none in YAML."""

_YEAR_9999 = 253_402_300_800
_ENDPOINTS = (
    ("authorization", "authorization_endpoint"),
    ("token", "token_endpoint"),
    ("signing-keys", "jwks_uri"),
    ("sign-out", "end_session_endpoint"),
)

# The members that the standards name and that hold no secret and no person; any other value is shown as its digest.
_NAMES = """
application_type authorization_endpoint backchannel_logout_supported backchannel_logout_uri check_session_iframe
claims_supported client_id client_id_issued_at client_name client_secret_expires_at client_uri
code_challenge_methods_supported default_max_age device_authorization_endpoint end_session_endpoint
frontchannel_logout_supported frontchannel_logout_uri grant_types grant_types_supported id_token_signed_response_alg
id_token_signing_alg_values_supported initiate_login_uri introspection_endpoint issuer jwks_uri
post_logout_redirect_uris prompt_values_supported pushed_authorization_request_endpoint redirect_uris
registration_endpoint request_parameter_supported request_uri_parameter_supported require_auth_time
require_pushed_authorization_requests response_modes_supported response_types response_types_supported
revocation_endpoint scope scopes_supported subject_type subject_types_supported token_endpoint
token_endpoint_auth_method token_endpoint_auth_methods_supported userinfo_endpoint userinfo_signed_response_alg
"""
_SHOWN = frozenset(_NAMES.split())


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is a discovery document, or the registration of a client."""
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    provider = b'"issuer"' in content and (b'"authorization_endpoint"' in content or b'"jwks_uri"' in content)
    client = b'"client_id"' in content and b'"redirect_uris"' in content and b'"realm"' not in content
    return provider or client or entra.is_registration(content)


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read or is not a JSON object."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    document = _document(text_of(path, target.name), target.name)
    of_one = _of_client if document.has("redirect_uris") else _of_provider
    of_one = entra.facts if document.has("appId") else of_one
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=(*surroundings(target), *of_one(document)),
        settings=document.settings(_SHOWN | entra.SHOWN),
    )


def _document(text: str, name: str) -> Document:
    """JSON first, for its own errors; what is JSON is YAML too once tabs and escaped slashes are plain."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        problem = Problem("json.syntax", f"is not JSON: {error.msg}", place, "mend the syntax at this place")
        raise InputInvalid((problem,)) from error
    except RecursionError as error:
        raise InputInvalid((Problem("json.large", "is nested too deeply", name, "mend the brackets"),)) from error
    if not isinstance(whole, dict):
        raise InputInvalid((Problem("json.shape", "is no JSON object", name, 'write {"issuer": …}'),))
    plain = _PAIR.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)
    return of_text(plain.replace("\t", " ").replace("\\/", "/"), name)


def _of_provider(document: Document) -> Iterator[Fact]:
    yield Issuer(document.where("issuer"), document.text("issuer"))
    yield Flow(document.where("issuer"), "single-sign-on-provider", ("oidc",))
    for purpose, pointer in _ENDPOINTS:
        if document.has(pointer):
            yield Endpoint(document.where(pointer), purpose, document.text(pointer))


def _of_client(document: Document) -> Iterator[Fact]:
    client = document.text("client_id") or ""
    yield Flow(document.where("client_id"), "single-sign-on-client", (client,))
    if document.has("issuer"):
        yield Issuer(document.where("issuer"), document.text("issuer"))
    yield Secret(document.where("client_secret"), client, document.digest("client_secret"))
    for item in document.items("redirect_uris"):
        yield Callback(document.where(item), client, document.text(item), "client")
    yield from document.certificates()
    yield from _secret_end(document, client)


def _secret_end(document: Document, client: str) -> Iterator[Flow]:
    """`ends`: the day on which the client's secret ends, in seconds since 1970; 0 = never (RFC 7591 §3.2.1)."""
    pointer = "client_secret_expires_at"
    value = document.values.get(pointer)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _YEAR_9999:
        at = datetime.fromtimestamp(value, UTC)
        yield Flow(document.where(pointer), "ends", ("secret", f"of client {client}", at.isoformat()))
