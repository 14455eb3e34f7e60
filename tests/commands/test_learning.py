"""`doorward watch --learn` and `--usual`."""

from __future__ import annotations

import fcntl
from pathlib import Path

from tests.commands.conftest import Run
from tests.watch.school_lines import write
from tests.watch.test_kept import history

SETTINGS = """\
[doorward]
state = "state"
[service]
name = "Small portal"
[[component]]
name = "auth"
role = "provider"
kind = "school"
log = "auth.jsonl"
"""


def test_what_is_learned_is_kept_and_shown(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "doorward.toml").write_text(SETTINGS)
    before = doorward("watch", "--usual")
    assert (before.code, "nothing is kept yet" in before.err) == (0, True)
    assert "learned" not in before.out
    write(history(2), tmp_path)
    said = doorward("watch", "--learn")
    assert said.code == 0, said.err
    assert "sign-in-failures component=auth" in said.out
    assert "(learned)" in said.out
    after = doorward("watch", "--usual")
    assert "(learned)" in after.out
    assert "sign-in-volume component=auth: at least 1.5 a minute (learned)" in after.out


def test_it_refuses_while_doorward_runs(doorward: Run, tmp_path: Path) -> None:
    (tmp_path / "doorward.toml").write_text(SETTINGS)
    (tmp_path / "auth.jsonl").touch()
    (tmp_path / "state").mkdir()
    with (tmp_path / "state" / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = doorward("watch", "--learn")
    assert said.code == 2
    assert "learn.running" in said.err
