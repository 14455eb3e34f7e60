"""A configuration of nginx in, its directives, Facts and redacted settings out. Includes are left unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from doorward import yaml_file
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Endpoint, Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.nginx.document import Directive, NginxConfiguration, all_of, parse
from doorward.systems.nginx.facts import facts

_BLOCK = re.compile(rb"^\s*(http|server|upstream\s+\S+|location\s+[^;{]+|events)\s*\{", re.MULTILINE)
_OWN = re.compile(
    rb"^\s*(proxy_pass|auth_request|proxy_set_header|server_name|worker_processes|worker_connections|ssl_certificate"
    rb"|error_page|limit_req_zone|listen)\s+[^=;{]*;",
    re.MULTILINE,
)


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is nginx's: one of its blocks, and one of its directives ended by `;`."""
    return bool(_BLOCK.search(content)) and bool(_OWN.search(content))


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    directives = parse(yaml_file.text_of(path, target.name), target.name)
    return NginxConfiguration(
        kind=target.kind,
        target=target.name,
        facts=(*_surroundings(target), *facts(directives)),
        settings=tuple(_settings(directives)),
        directives=directives,
    )


def _surroundings(target: Target) -> Iterator[Fact]:
    if target.public_url:
        yield Endpoint(Where("--public-url", 0, ""), "public", target.public_url)
    if target.forwarded:
        yield Flow(Where("--forwarded", 0, ""), "forwarded-headers", target.forwarded)


def _settings(directives: tuple[Directive, ...]) -> Iterator[Setting]:
    for one in all_of(directives):
        shown = None if None in one.args else " ".join(one.words)
        yield Setting(one.where.pointer, shown, one.where)
