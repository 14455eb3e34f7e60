"""A Rehearsal in; a table for people, or the JSON contract `doorward.rehearsal/1`, out. Pure."""

from __future__ import annotations

import msgspec

from doorward.check.rehearsal.outcome import Compared, Outcome, Rehearsal, Verdict

SCHEMA = "doorward.rehearsal/1"


def text(rehearsal: Rehearsal) -> str:
    """One line a probe: verdict, probe, how it went under OLD and under NEW; then what it comes to."""
    lines = [f"{'':<13} {'probe':<21} {'old':<27} new"]
    for one in rehearsal.probes:
        lines.append(f"{one.verdict:<13} {one.probe:<21} {one.old.reason:<27} {one.new.reason}".rstrip())
        lines.extend(f"{'':<13} {'':<21} {side}: {note}" for side, note in _notes(one))
    where = f"{rehearsal.new} against {rehearsal.old} at {rehearsal.public_url}, {rehearsal.took_s:g} s"
    count = len(rehearsal.broken)
    end = f"{count} of what worked is broken" if count else "nothing that worked is broken"
    kept_from = [f"kept from writing {path}, which is outside the scratch copy" for path in rehearsal.refused_writes]
    return "\n".join([*lines, *kept_from, f"{end}: {where}"])


def json(rehearsal: Rehearsal) -> str:
    """The contract, in one order always."""
    whole = {
        "schema": SCHEMA,
        "old": rehearsal.old,
        "new": rehearsal.new,
        "public_url": rehearsal.public_url,
        "took_s": rehearsal.took_s,
        "start_failure": rehearsal.start_failure or None,
        "refused_writes": rehearsal.refused_writes,
        "broken": rehearsal.broken,
        "probes": [
            {"probe": one.probe, "verdict": one.verdict, "old": _side(one.old), "new": _side(one.new)}
            for one in rehearsal.probes
        ],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _side(outcome: Outcome) -> dict[str, object]:
    return {"works": outcome.works, "reason": outcome.reason, "note": outcome.note or None}


def _notes(one: Compared) -> list[tuple[str, str]]:
    if one.old.note == one.new.note:
        return [("both", one.old.note)] if one.old.note and one.verdict is not Verdict.NOT_TRIED else []
    return [(side, note) for side, note in (("old", one.old.note), ("new", one.new.note)) if note]
