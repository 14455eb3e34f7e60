"""The truth: what is counted and what a line says."""

import json
from pathlib import Path

from school.traffic.browser import Symptom
from school.traffic.networks import NetworkKind
from school.traffic.truth import Act, Action, Truth


def act(person: str, ok: bool, symptom: Symptom | None) -> Act:
    return Act(person, NetworkKind.SHARED_EXIT, Action.SIGN_IN, ok, symptom, None, 200)


def test_a_line_says_what_happened(tmp_path: Path) -> None:
    with Truth(tmp_path / "truth.jsonl") as truth:
        truth.note(act("0123456789abcdef", False, Symptom.SENT_BACK))
    line = json.loads((tmp_path / "truth.jsonl").read_text())
    assert line.pop("time").endswith("Z")
    assert line == {
        "person": "0123456789abcdef",
        "network": "shared-exit",
        "action": "sign-in",
        "ok": False,
        "symptom": "sent-back",
        "session": None,
        "status": 200,
    }


def test_a_mistyped_password_harms_nobody() -> None:
    with Truth(None) as truth:
        truth.note(act("a", False, Symptom.WRONG_PASSWORD))
        truth.note(act("b", False, Symptom.HTTP_500))
        truth.note(act("b", False, Symptom.HTTP_500))
    assert truth.harmed == {"b"}
    assert (truth.done[Action.SIGN_IN], truth.ok[Action.SIGN_IN]) == (3, 0)


def test_earlier_lines_of_the_file_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"
    for _ in range(2):
        with Truth(file) as truth:
            truth.note(act("a", True, None))
    assert len(file.read_text().splitlines()) == 2
