"""What a change does to sessions, as a person reads it at night and as a machine does. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from doorward.check.rollback import Helps
from doorward.check.verdict import SessionVerdict, Verdict

_TITLE = "What the change does to sessions"
# What happens to those whose session is not honoured.
_HURT = {
    Verdict.LOST: ("is signed out", "are signed out"),
    Verdict.IN_PART: ("is signed out", "are signed out"),
    Verdict.NOT_SERVED: ("meets an error", "meet an error"),
}
_UNCOUNTED = "not known; say a number or count them: --sessions 4200, or --sessions COMPONENT of doorward.toml"


def text(verdicts: Sequence[SessionVerdict]) -> list[str]:
    """A line a configuration, and indented how many people, what a later rollback does, and what to do instead."""
    return [_TITLE, *(line for one in verdicts for line in _lines(one))] if verdicts else []


def _lines(one: SessionVerdict) -> list[str]:
    reason = f": {one.reason}" if one.reason else ""
    lines = [f"sessions {one.verdict}{reason} · {one.target}"]
    if one.verdict is not Verdict.HONOURED or one.counted is not None:
        lines.append(f"         how many: {_how_many(one)}")
    if one.rollback is not Helps.NOT_NEEDED:
        lines.append(f"         rollback later: {one.rollback}")
    return [*lines, *(f"         instead: {instead}" for instead in one.instead)]


def _how_many(one: SessionVerdict) -> str:
    if one.counted is None:
        return _UNCOUNTED
    people = "person" if one.counted == 1 else "people"
    whole = f"{one.counted:,} {people} signed in"
    if one.lost is None:
        return f"some of {whole}" if one.verdict is Verdict.IN_PART else f"not known, of {whole}"
    if one.lost == 0:
        return f"nobody of {whole} loses a session"
    hurt = _HURT[one.verdict][one.lost != 1]
    return f"{one.lost:,} of {whole} {hurt}"


def table(verdicts: Sequence[SessionVerdict]) -> dict[str, object]:
    """The worst one as JSON has it, with the `others` where several were compared; empty if nothing was."""
    if not verdicts:
        return {}
    worst, *others = sorted(verdicts, key=lambda one: list(Verdict).index(one.verdict))
    return {**_row(worst), **({"others": [_row(one) for one in others]} if others else {})}


def _row(one: SessionVerdict) -> dict[str, object]:
    return {
        "target": one.target,
        "verdict": one.verdict,
        "reason": one.reason or None,
        "counted": one.counted,
        "lost": one.lost,
        "rollback": one.rollback,
        "instead": list(one.instead),
    }
