"""Observations ↔ JSON: what a differential was made from, kept so that it can be judged again.

Nothing in it says more than the differential may: rights on tables, which name accounts, are kept as digests, and key
files have keyed digests to begin with. Pure.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from doorward.diagnose.examined import ExaminationResult, SchemaExamined
from doorward.diagnose.observations import Observations

_RESULTS = {kind.__name__: kind for kind in get_args(ExaminationResult)}
# Their elements are of many kinds, so each is kept with the name of its kind.
_MIXED = ("examinations", "before")


def encode(observations: Observations) -> bytes:
    """One line of JSON without a newline."""
    told = {field.name: getattr(observations, field.name) for field in fields(observations)}
    for name in _MIXED:
        told[name] = [(type(one).__name__, _without_accounts(one)) for one in told[name]]
    return msgspec.json.encode(told)


def decode(line: bytes) -> Observations:
    """The observations back; what an older version kept and nobody knows any more is left out. Raises ValueError."""
    told: dict[str, Any] = msgspec.json.decode(line, type=dict)
    for name in _MIXED:
        told[name] = tuple(msgspec.convert(one, _RESULTS[kind]) for kind, one in told[name] if kind in _RESULTS)
    read = {name: msgspec.convert(told[name], hint) for name, hint in _hints().items() if name in told}
    return Observations(**read, **{name: told[name] for name in _MIXED})


@cache
def _hints() -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(Observations).items() if name not in _MIXED}


def _without_accounts(result: ExaminationResult) -> ExaminationResult:
    assert is_dataclass(result)
    if not isinstance(result, SchemaExamined):
        return result
    return replace(result, rights=tuple(sorted(_hidden(right) for right in result.rights)))


def _hidden(right: str) -> str:
    """`table.account.right` with all but the table hidden: alike before and now, and telling no account."""
    table, _, rest = right.partition(".")
    return f"{table}.{hashlib.sha256(rest.encode()).hexdigest()[:12]}"
