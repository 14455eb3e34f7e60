"""Does a fault bite? It is injected with nobody on guard, and what happens to people is counted before and after.

In: a Fault and a directory. Out: a Bite. The judge is the school itself: what its people noted of their own visits, the
canary's sign-ins, and the sign-ins in the logs (an attack shows there). Doorward is not started.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from bench.faults.fault import Fault
from bench.faults.library import TRUTH
from bench.faults.needs import lacking
from bench.faults.run import BEFORE_S
from bench.faults.stage import ROOT, SERVICES, Stage, pause
from doorward.errors import SystemUnreachable

_QUIET_S = 10.0
_AFTER_S = 21.0
# A queue has to grow before it is felt, and on a slow way a sign-in takes a while to fail.
_AFTER_SLOW_S = 35.0
_SLOW = frozenset({"load", "network"})
# Sign-ins that were under way at the injection belong to neither side.
_BETWEEN_S = 2.0
_MEND_S = 30.0
_BITES = 0.1
_VISITS = frozenset({"sign-in", "open", "submit", "return"})


@dataclass(frozen=True, slots=True)
class Share:
    """How many failed of how many."""

    failed: int
    of: int

    def __str__(self) -> str:
        return f"{self.failed}/{self.of}" + (f" ({self.failed / self.of:.0%})" if self.of else "")


@dataclass(frozen=True, slots=True)
class Counted:
    """One side of the injection. `people`: acts of people; `canary`: its sign-ins; `sign_ins`: in the logs, of anybody;
    `library`: of the second client; `slow_ms`: the slowest canary's sign-in."""

    people: Share
    canary: Share
    sign_ins: Share
    library: Share
    slow_ms: float


@dataclass(frozen=True, slots=True)
class Bite:
    """What the fault did to people. `is_mended`: the canary signs in again after the undo; None: it was not tried."""

    fault: str
    group: str
    causes: tuple[str, ...]
    before: Counted | None
    after: Counted | None
    is_mended: bool | None
    lasted_s: float
    trouble: str

    @property
    def bites(self) -> bool:
        """The share of failures rose by a tenth for people, the canary, the library, or in the logs."""
        if self.before is None or self.after is None:
            return False
        pairs = ((getattr(self.before, name), getattr(self.after, name)) for name in Counted.__slots__[:4])
        return any(_part(after) - _part(before) >= _BITES for before, after in pairs)


def line(bite: Bite) -> str:
    """One fault."""
    if bite.before is None or bite.after is None:
        return f"NOT RUN   {bite.fault:30} {bite.trouble}"
    word = ("bites" if bite.bites else "NO BITE") if bite.causes else ("HARMS" if bite.bites else "harmless")
    mended = {True: "mended", False: "NOT MENDED", None: ""}[bite.is_mended]
    told = [
        f"{name} {getattr(bite.before, key)} -> {getattr(bite.after, key)}"
        for key, name in (("people", "people"), ("canary", "canary"), ("sign_ins", "logged"), ("library", "library"))
        if getattr(bite.after, key).of or getattr(bite.before, key).of
    ]
    slow = f"slowest {bite.before.slow_ms / 1000:.1f} -> {bite.after.slow_ms / 1000:.1f} s"
    cause = "/".join(bite.causes) or "no fault"
    return f"{word:9} {bite.fault:30} {cause:24} {'; '.join((*told, slow))}; {mended} ({bite.lasted_s:.0f} s)"


def bite(fault: Fault, directory: Path, template: Path) -> Bite:
    """Play it without Doorward."""
    began = time.monotonic()
    trouble = lacking(fault.layout)
    if not trouble:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        try:
            with contextlib.closing(Stage(directory.resolve(), fault.layout, template)) as stage:
                before, after, is_mended = _play(stage, fault)
                lasted = time.monotonic() - began
                return Bite(fault.name, fault.group, fault.causes, before, after, is_mended, lasted, "")
        except SystemUnreachable as error:
            trouble = error.problem.what
    return not_played(fault, trouble, time.monotonic() - began)


def not_played(fault: Fault, why: str, lasted_s: float = 0.0) -> Bite:
    """What is told of a fault that could not be injected."""
    return Bite(fault.name, fault.group, fault.causes, None, None, None, lasted_s, why)


def summary(bites: Sequence[Bite]) -> str:
    """How many bit, and by name those that went otherwise than they should."""
    played = [one for one in bites if one.after is not None]
    faults, quiet = [one for one in played if one.causes], [one for one in played if not one.causes]
    lasted = [one.lasted_s for one in played] or [0.0]
    told = [
        f"faults that bite: {sum(one.bites for one in faults)} of {len(faults)}",
        f"runs without a fault that harm nobody: {sum(not one.bites for one in quiet)} of {len(quiet)}",
        f"mended by their undo: {sum(one.is_mended is True for one in played)} of {len(played)}",
        f"a run takes {median(lasted):.0f} s in the median, {max(lasted):.0f} s at most",
    ]
    told += [f"no bite: {one.fault}" for one in faults if not one.bites]
    told += [f"harms: {one.fault}" for one in quiet if one.bites]
    told += [f"not mended: {one.fault}" for one in played if one.is_mended is False]
    told += [f"not run: {one.fault}, because {one.trouble}" for one in bites if one.after is None]
    return "\n".join(("", *told))


def _play(stage: Stage, fault: Fault) -> tuple[Counted, Counted, bool | None]:
    stage.open()
    truth = str(stage.directory / "truth.jsonl")
    stage.let_people_in(_QUIET_S + BEFORE_S + _AFTER_SLOW_S + _MEND_S + 60, more=("--record", truth))
    _post_canary(stage)
    if fault.layout.library:
        stage.open_library()
    came = _logged(stage)
    pause(_QUIET_S)
    if fault.before is not None:
        fault.before(stage)
        pause(BEFORE_S)
    injected, lines = time.time(), _logged(stage)
    fault.inject(stage)
    pause(_AFTER_SLOW_S if _SLOW & set(fault.causes) else _AFTER_S)
    now, last = time.time(), _logged(stage)
    is_mended = None
    if fault.undo is not None:
        fault.undo(stage)
        is_mended = _signs_in(stage, time.time())
    before = _counted(stage, 0.0, injected - _BETWEEN_S, _between(came, lines))
    return before, _counted(stage, injected + _BETWEEN_S, now, _between(lines, last)), is_mended


def _post_canary(stage: Stage) -> None:
    command = [sys.executable, "-m", "bench.faults.canary", str(stage.site), str(_canary(stage))]
    if stage.authority is not None:
        command += ["--trust", str(stage.authority.pem)]
    stage.start("canary", command, ROOT)


def _canary(stage: Stage) -> Path:
    return stage.directory / "canary.jsonl"


def _signs_in(stage: Stage, since: float) -> bool:
    """Whether the canary gets in within the time for it."""
    until = time.monotonic() + _MEND_S
    while time.monotonic() < until:
        if any(one["ok"] for one in _lines(_canary(stage)) if one["time"] >= since):
            return True
        pause(0.3)
    return False


def _counted(stage: Stage, since: float, until: float, logged: list[dict[str, object]]) -> Counted:
    """What was noted of acts that ended between the two times."""

    def within(path: Path) -> list[dict[str, object]]:
        return [one for one in _lines(path) if since <= _at(one["time"]) <= until]

    acts = [one for one in within(stage.directory / "truth.jsonl") if one["action"] in _VISITS and _counts(one)]
    canary = [one for one in within(_canary(stage)) if _at(one["time"]) + float(str(one["ms"])) / 1000 <= until]
    sign_ins = [one for one in logged if one.get("event") == "sign-in" and not one.get("synthetic")]
    return Counted(
        people=_share(one["ok"] for one in acts),
        canary=_share(one["ok"] for one in canary),
        sign_ins=_share(one.get("outcome") == "succeeded" for one in sign_ins),
        library=_share(one["ok"] for one in within(stage.site / TRUTH)),
        slow_ms=max((float(str(one["ms"])) for one in canary), default=0.0),
    )


def _counts(act: dict[str, object]) -> bool:
    """A mistyped password and a cookie that had been too old before are people's own doing."""
    return bool(act["ok"]) or act["symptom"] not in (None, "wrong-password")


def _share(succeeded: Iterable[object]) -> Share:
    all_ = [bool(one) for one in succeeded]
    return Share(all_.count(False), len(all_))


def _part(share: Share) -> float:
    return share.failed / share.of if share.of else 0.0


def _logged(stage: Stage) -> list[dict[str, object]]:
    """Lines of both logs, turned ones too; by what stands in them, as a clock may be off."""
    logs = stage.site / "logs"
    found: list[dict[str, object]] = []
    for name in SERVICES:
        for path in sorted(logs.glob(f"{name}.jsonl*"), reverse=True):
            found += _lines(path)
    return found


def _between(earlier: list[dict[str, object]], later: list[dict[str, object]]) -> list[dict[str, object]]:
    """Lines that stand in the later reading alone."""
    known = {json.dumps(one) for one in earlier}
    return [one for one in later if json.dumps(one) not in known]


def _lines(path: Path) -> list[dict[str, object]]:
    """What can be read; the last line may be half written, and a fault may have taken the file away."""
    found: list[dict[str, object]] = []
    with contextlib.suppress(OSError):
        for text in path.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(text))
    return found


def _at(said: object) -> float:
    return said if isinstance(said, float) else datetime.fromisoformat(str(said)).timestamp()
