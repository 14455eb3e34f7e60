"""A session of an earlier run, kept in memory or in a file of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from doorward.errors import InputInvalid
from doorward.model.journey import ProbeResult
from tests.probe.conftest import Site

Probe = Callable[..., ProbeResult]


def reasons(result: ProbeResult) -> tuple[str, str]:
    return result.reason, result.steps[0].name


@pytest.mark.parametrize("is_in_file", [True, False], ids=["file", "memory"])
def test_the_session_of_one_run_is_tried_by_the_next_which_does_not_sign_in(
    form_site: Site, probe: Probe, tmp_path: Path, is_in_file: bool
) -> None:
    file = str(tmp_path / "session") if is_in_file else ""
    given = {"journey": "session", "session_file": file}
    first = probe(form_site, **given)
    assert reasons(first) == ("ok", "open")
    assert "no session was kept yet: signed in, and kept this one" in first.notes
    assert reasons(probe(form_site, **given)) == ("ok", "old-session")
    form_site.sessions.clear()
    assert reasons(probe(form_site, **given)) == ("old-session-refused", "old-session")
    assert reasons(probe(form_site, **given)) == ("ok", "open")


def test_a_session_that_came_to_its_own_end_is_made_anew_and_nobody_is_blamed(
    form_site: Site, probe: Probe, tmp_path: Path
) -> None:
    form_site.attributes = "Path=/; Max-Age=3600"
    file = tmp_path / "session"
    probe(form_site, journey="session", session_file=str(file))
    kept = json.loads(file.read_text())
    for cookie in kept:
        cookie["ends_at"] = "2026-01-01T00:00:00Z" if cookie["name"] == "session" else None
    file.write_text(json.dumps(kept))
    result = probe(form_site, journey="session", session_file=str(file))
    assert reasons(result) == ("ok", "open")
    assert "the kept session came to its own end: signed in, and kept this one" in result.notes


def test_the_file_is_for_its_owner_alone_and_one_that_others_can_read_is_refused(
    form_site: Site, probe: Probe, tmp_path: Path
) -> None:
    file = tmp_path / "session"
    probe(form_site, journey="session", session_file=str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(InputInvalid, match="can be read by others"):
        probe(form_site, journey="session", session_file=str(file))


@pytest.mark.parametrize("text", [b"", b"[7]", b"\xff", b"{}"])
def test_a_file_that_holds_no_session_is_named_and_not_shown(
    form_site: Site, probe: Probe, tmp_path: Path, text: bytes
) -> None:
    file = tmp_path / "session"
    file.write_bytes(text)
    file.chmod(0o600)
    with pytest.raises(InputInvalid, match="cannot be read"):
        probe(form_site, journey="session", session_file=str(file))


@pytest.mark.parametrize(
    ("fault", "reason"), [("http-500", "http-500"), ("error-page", "error-page-with-200"), ("bytes", "unreadable-text")]
)
def test_each_fault_of_the_page_has_its_own_reason(form_site: Site, probe: Probe, fault: str, reason: str) -> None:
    given = {"journey": "session", "name": f"session-{fault}"}
    probe(form_site, **given)
    form_site.faults.add(fault)
    assert reasons(probe(form_site, **given)) == (reason, "old-session")


def test_no_cookie_of_a_kept_session_is_in_a_result(form_site: Site, probe: Probe, tmp_path: Path) -> None:
    given = {"journey": "session", "session_file": str(tmp_path / "session")}
    told = "".join(repr(r) + json.dumps(msgspec.to_builtins(r)) for r in (probe(form_site, **given) for _ in range(3)))
    for secret in form_site.secrets:
        assert secret not in told
