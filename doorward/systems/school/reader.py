"""auth.toml or portal.toml of the school in, Facts and redacted settings out.

A copy may lie anywhere: the files that it names need not be there, and what only they could tell stays unknown. What
needs the school's own model or its Django is asked of the project's interpreter, in bounded time.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from doorward.model.configuration import Configuration, Setting, StartError
from doorward.model.fact import Endpoint, Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.django import process, redaction
from doorward.systems.school.document import Document, parse
from doorward.systems.school.facts import facts, serializer

_CHILD = Path(__file__).with_name("child.py")
_HEADERS = re.compile(rb"^\s*\[(service|session|oidc|sign_in|lockout|media)\]|^\s*\[\[client\]\]", re.MULTILINE)
_PATH_KEYS = ("_file", "_files", ".path", ".directory")

# The school's keys whose values say how sign-in works and hold no secret; any other value is shown as its digest.
_SHOWN_TABLES = frozenset(
    (
        "service",
        "database",
        "log",
        "session",
        "csrf",
        "lockout",
        "password",
        "oidc",
        "proxy",
        "server",
        "media",
        "sign_in",
    )
)
_SHOWN_KEYS = frozenset(
    ("id", "name", "redirect_uris", "post_sign_out_uris", "backend", "directory", "host", "port", "from")
)


class _Fault(msgspec.Struct, frozen=True):
    line: int
    key: str
    message: str
    fix: str


class _Answer(msgspec.Struct, frozen=True):
    """`serializer`: "" = can be had, None = not known; `problems` is None where the project has no school."""

    serializer: str | None = None
    problems: tuple[_Fault, ...] | None = None


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is auth.toml or portal.toml of the school, whatever its name; also one that does not parse."""
    tables = {match.group(1) or b"client" for match in _HEADERS.finditer(content)}
    return b"service" in tables and bool(tables & {b"oidc", b"sign_in"})


def read(target: Target, *, limit_s: float = process.LIMIT_S) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read or is not TOML."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    document = parse(path, target.name)
    answer = _ask(target, document, limit_s)
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=(*_surroundings(target), *facts(document, target.project, answer.serializer)),
        settings=_settings(document),
        start_error=_start_error(document, _of_file(document, answer.problems or ())),
    )


def _ask(target: Target, document: Document, limit_s: float) -> _Answer:
    """What the project's interpreter says; nothing where it gives no answer, for that is no fault of the file."""
    model = "school.portal.config:PortalConfig" if document.is_portal else "school.auth.config:AuthConfig"
    answer = process.ask(
        _CHILD,
        {"path": str(document.path.resolve()), "model": model, "serializer": serializer(document)},
        python=target.python,
        project=target.project,
        env=target.env,
        limit_s=limit_s,
    )
    return _Answer() if isinstance(answer, process.Ended) else msgspec.json.decode(answer, type=_Answer)


def _surroundings(target: Target) -> tuple[Fact, ...]:
    """What was said on the command line comes before what the file says."""
    told: list[Fact] = []
    if target.public_url:
        told.append(Endpoint(Where("--public-url", 0, ""), "public", target.public_url))
    if target.forwarded:
        told.append(Flow(Where("--forwarded", 0, ""), "forwarded-headers", target.forwarded))
    return tuple(told)


def _settings(document: Document) -> tuple[Setting, ...]:
    return tuple(
        Setting(pointer, _shown(pointer, value), document.where(pointer)) for pointer, value in document.values.items()
    )


def _shown(pointer: str, value: object) -> str | None:
    if redaction.is_unknown(value):
        return None
    key = process.digest_key()
    table, leaf = pointer.partition(".")[0].partition("[")[0], pointer.rpartition(".")[2]
    names_file = _names_file(pointer)
    known = table in _SHOWN_TABLES or leaf in _SHOWN_KEYS or names_file
    if not known or (redaction.is_secret_name(leaf) and not names_file and isinstance(value, str)):
        return redaction.digest(key, value)
    return redaction.without_people(value if isinstance(value, str) else json.dumps(value, default=str), key)


def _of_file(document: Document, faults: tuple[_Fault, ...]) -> tuple[_Fault, ...]:
    """Without the files that are not there, where none is: then this is a copy that lies by itself."""
    if any((document.path.parent / name).exists() for name in _named_files(document)):
        return faults
    return tuple(fault for fault in faults if not _names_file(fault.key))


def _named_files(document: Document) -> list[str]:
    return [value for pointer, value in document.values.items() if _names_file(pointer) and isinstance(value, str)]


def _names_file(pointer: str) -> bool:
    return pointer.rstrip("[]0123456789").endswith(_PATH_KEYS)


def _start_error(document: Document, faults: tuple[_Fault, ...]) -> StartError | None:
    """All problems in one message; the place is that of the first."""
    if not faults:
        return None
    said = "; ".join(f"{fault.key} {fault.message}" + (f" ({fault.fix})" if fault.fix else "") for fault in faults)
    first = faults[0]
    return StartError("ConfigInvalid", said, Where(document.name, first.line, first.key))
