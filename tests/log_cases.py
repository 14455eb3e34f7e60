"""Cases of log lines as data: `tests/cases/logs/<kind>/<case>.toml`. A new case needs no code.

`[options]` is a `[component.log_options]`; each `[[line]]` has `text`, and what is read of it: `kind`, `outcome`,
`reason`, `raw`, `at`, `person`, `source`, `session` (in clear, compared by their hashes), `client`, `agent`, `route`,
`status`, `ms`, `probe`; or `none = true` for a line that says nothing of sign-in; or `broken = true` for one that does
not parse.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doorward.log_line import Hasher, LogOptions
from doorward.model.sign_in import SignInEvent
from doorward.settings_logs import LogOptionsTable

CASES = Path(__file__).parent / "cases" / "logs"
KEY = b"a key of the tests"
LATEST = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HASHER = Hasher(KEY)
_HASHED = {"person": HASHER.person, "source": HASHER.source, "session": HASHER.session}


@dataclass(frozen=True)
class Case:
    """One line, what it is read with, and what must be read of it."""

    id: str
    kind: str
    options: LogOptions
    text: bytes
    expected: dict[str, object]

    @property
    def says(self) -> str:
        """nothing, broken, or the outcome."""
        if self.expected.get("none"):
            return "nothing"
        return "broken" if self.expected.get("broken") else str(self.expected["outcome"])


def cases() -> list[Case]:
    """Every line of every case."""
    return [case for path in sorted(CASES.rglob("*.toml")) for case in _cases_of(path)]


def options_of(path: Path) -> LogOptions:
    """The options that a case reads with."""
    data = tomllib.loads(path.read_text())
    table = LogOptionsTable.model_validate(data.get("options", {}))
    return table.options(KEY, LATEST, tuple(data.get("probe_accounts", ())))


def _cases_of(path: Path) -> list[Case]:
    data, options = tomllib.loads(path.read_text()), options_of(path)
    kind = path.parent.name
    return [
        Case(f"{kind}/{path.stem}:{number}", kind, options, line.pop("text").strip("\n").encode(), line)
        for number, line in enumerate(data["line"], start=1)
    ]


def told(event: SignInEvent, asked: dict[str, object]) -> dict[str, object]:
    """The event in the words of a case, of those that the case asks for."""
    every = {name: getattr(event, name, None) for name in asked if name != "raw"}
    if "raw" in asked:
        every["raw"] = event.reason_raw
    return {name: str(value) if name in ("kind", "outcome", "reason") else value for name, value in every.items()}


def wanted(expected: dict[str, object]) -> dict[str, object]:
    """What a case asks for, its names hashed; a name that is empty must be None."""
    return {
        name: _HASHED[name](str(value))
        if name in _HASHED and value
        else (value if value != "" or name == "raw" else None)
        for name, value in expected.items()
    }
