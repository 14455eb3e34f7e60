"""A realm export, a file of keycloak-config-cli, kc.conf or KC_* environment in; Facts and redacted settings out."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from doorward import yaml_file
from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Endpoint, Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.keycloak import json5, plain_json, server_file, walk
from doorward.systems.keycloak.document import Document, Value
from doorward.systems.keycloak.facts import facts
from doorward.uncollected import uncollected

_MOST_BYTES = 67_108_864
"""Exports with their people reach tens of megabytes; more than 64 MiB is no configuration."""

_REALM = re.compile(
    rb"""^[\s{\["']*realm["']?\s*:|["'](?:realm|clients)["']\s*:\s*["\[]|^(?:realm|clients)\s*:""", re.MULTILINE
)
_ONLY_OURS = re.compile(
    rb"""\b(?:clientId|sslRequired|keycloakVersion|authenticationFlows|identityProviders|redirectUris|bruteForceProtected"""
    rb"""|ssoSession\w+|accessTokenLifespan|clientScopes|requiredActions|loginTheme|registrationAllowed|smtpServer)["']?\s*:"""
)
_ADAPTER = re.compile(rb"auth-server-url|authServerUrl")


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is a realm, whole or in part, or the server's own configuration; not an adapter's."""
    if name in ("kc.conf", "keycloak.conf"):
        return True
    if _ONLY_OURS.search(content):
        return bool(_REALM.search(content)) and not _ADAPTER.search(content[:4096])
    return not name.endswith((".json", ".yaml", ".yml")) and server_file.is_server_file(
        content.decode("utf-8", "replace")
    )


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read or is not what it seems."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    # A large export makes 200,000 objects and no cycle.
    with uncollected():
        document = parse(_text(path, target.name), target.name)
        return Configuration(
            kind=target.kind,
            target=target.name,
            facts=(*_surroundings(target), *facts(document)),
            settings=_settings(document),
            document=document,
        )


def parse(text: str, name: str) -> Document:
    """The document in the text, by what it looks like: JSON, the server's keys, or YAML."""
    begins = text.lstrip("\ufeff \t\r\n")
    if begins[:1] in ("{", "[") or begins[:2] in ("//", "/*"):
        data, lines = plain_json.parse(text) or json5.parse(text, name)
    elif server_file.is_server_file(text):
        return server_file.document_of(name, text)
    else:
        read_yaml = yaml_file.parse(text, name)
        data, lines = read_yaml.data, read_yaml.lines
    if not isinstance(data, (dict, list)):
        raise InputInvalid((Problem("keycloak.shape", "holds no realm and no key of the server", name),))
    return walk.document_of(name, data, lines)


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        what = f"cannot be read: {error.strerror or type(error).__name__}"
        raise InputInvalid((Problem("target.unreadable", what, name, "name a file that can be read"),)) from error
    if len(content) > _MOST_BYTES:
        raise InputInvalid((Problem("target.large", f"is larger than {_MOST_BYTES} bytes", name),))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = Problem("target.encoding", "is not UTF-8", f"{name}:{line}", "save the file as UTF-8")
        raise InputInvalid((problem,)) from error


def _surroundings(target: Target) -> tuple[Fact, ...]:
    """What was said on the command line comes before what the file says."""
    told: list[Fact] = []
    if target.public_url:
        told.append(Endpoint(Where("--public-url", 0, ""), "public", target.public_url))
    if target.forwarded:
        told.append(Flow(Where("--forwarded", 0, ""), "forwarded-headers", target.forwarded))
    return tuple(told)


def _settings(document: Document) -> tuple[Setting, ...]:
    places = document.places
    return tuple(
        Setting(pointer, _as_text(value), Where(document.name, places[pointer], pointer))
        for pointer, value in document.values.items()
    )


def _as_text(value: Value) -> str | None:
    return value if value is None or isinstance(value, str) else _json(value)


@lru_cache(maxsize=4096, typed=True)
def _json(value: Value) -> str:
    """The value as JSON; few values stand in many clients."""
    return json.dumps(value)
