"""What a line says in clear, and its event, in which nothing is in clear."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from doorward.log_line.agents import family
from doorward.log_line.options import LogOptions
from doorward.log_line.secrecy import Hasher
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pattern or a vendor's code means; `raw` is the vendor's code, or ours for a sentence: never user text."""

    kind: Kind
    outcome: Outcome
    reason: Reason
    raw: str = ""


def succeeded(kind: Kind = Kind.SIGN_IN, raw: str = "") -> Verdict:
    """It went well."""
    return Verdict(kind, Outcome.SUCCESS, Reason.OK, raw)


def failed(reason: Reason, raw: str = "", kind: Kind = Kind.SIGN_IN) -> Verdict:
    """It failed for that reason."""
    return Verdict(kind, Outcome.FAILURE, reason, raw)


def noted(reason: Reason, raw: str = "", kind: Kind = Kind.SIGN_IN) -> Verdict:
    """A line beside the one that tells the outcome: seen, and not counted as an attempt of its own."""
    return Verdict(kind, Outcome.UNKNOWN, reason, raw)


@dataclass(slots=True)
class Said:
    """A line's content in clear: it never leaves the parser. `agent` is the whole User-Agent; `hashed` says that the
    names are keyed hashes already."""

    at: datetime
    pattern: str
    verdict: Verdict
    person: str | None = None
    source: str | None = None
    session: str | None = None
    client: str | None = None
    provider: str | None = None
    agent: str | None = None
    route: str | None = None
    status: int | None = None
    ms: float | None = None
    probe: bool = False
    hashed: bool = False


Read = Callable[[bytes], Said | None]
Parse = Callable[[bytes, str], SignInEvent | None]

# Systems write these where they know nobody: no person, no address.
_NOBODY = frozenset({"", "-", "--", "null", "none", "unknown", "anonymous", "(null)", "n/a"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}")
_HASHED = re.compile(r"[0-9a-f]{16}")


def known(value: object) -> str | None:
    """The text of a field that names somebody or something, None where it says that there is none."""
    if not isinstance(value, str) or value.strip().casefold() in _NOBODY:
        return None
    return value


def client_name(value: object) -> str | None:
    """The name of a client, if it looks like one: it may come from whoever sent the request."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None


def code(value: object) -> str:
    """A vendor's code if it looks like one, else empty: a sentence may hold a name."""
    text = str(value) if isinstance(value, int | str) else ""
    return text if _NAME.fullmatch(text) and "@" not in text else ""


def events(options: LogOptions) -> Callable[[Said, str], SignInEvent]:
    """What makes the event of what a line said."""
    hasher = Hasher(options.hash_key)
    probes = frozenset(hasher.person(name) for name in options.probe_accounts)
    agents = options.probe_agents

    def event(said: Said, component: str) -> SignInEvent:
        name, address, key = known(said.person), known(said.source), known(said.session)
        keep = said.hashed and all(value is None or _HASHED.fullmatch(value) for value in (name, address, key))
        if not keep:
            name = hasher.person(name) if name is not None else None
            address = hasher.source(address) if address is not None else None
            key = hasher.session(key) if key is not None else None
        agent = said.agent
        probe = said.probe or name in probes or (agent is not None and any(mark in agent for mark in agents))
        verdict = said.verdict
        return SignInEvent(
            at=said.at,
            component=component,
            kind=verdict.kind,
            outcome=verdict.outcome,
            reason=verdict.reason,
            reason_raw=verdict.raw,
            person=name,
            session=key,
            source=address,
            client=client_name(said.client),
            provider=client_name(said.provider),
            agent=family(agent) if agent else None,
            route=said.route,
            status=said.status,
            ms=said.ms,
            probe=probe,
        )

    return event


def parser(read: Read, options: LogOptions) -> Parse:
    """The parser of a kind: what `read` finds in a line, as an event."""
    event = events(options)

    def parse(line: bytes, component: str) -> SignInEvent | None:
        said = read(line)
        return None if said is None else event(said, component)

    return parse
