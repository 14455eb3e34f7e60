"""The dashboard and the guard stay up when the guarded system is down, and say so."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.whole.guarded import site, until

pytestmark = pytest.mark.xdist_group("whole")


def test_the_dashboard_stays_up_and_an_incident_is_declared_when_the_guarded_system_is_gone(tmp_path: Path) -> None:
    with site(tmp_path) as made:
        made.serve()
        made.guard()
        until(made.is_proved, 30, "the configuration is proved good")
        made.end(made.service)
        until(lambda: "declared" in made.kinds(), 40, "Doorward notices that the service is gone")
        until(lambda: "diagnosed" in made.kinds(), 30, "Doorward looks for the cause")
        address = (tmp_path / "state" / "dashboard.address").read_text().strip()
        assert httpx.get(f"{address}/sign-in/", timeout=10).status_code == 200
        assert httpx.get(f"{address}/health/", timeout=10).status_code == 200
        assert "action-started" not in made.kinds()
