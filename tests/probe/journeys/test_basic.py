"""A page behind HTTP Basic, one fault at a time."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from doorward.model.journey import ProbeResult
from tests.probe.conftest import ACCOUNT, Reply, Request, Site

Probe = Callable[..., ProbeResult]
_WORD = f"Basic {base64.b64encode(':'.join(ACCOUNT).encode()).decode()}"


class BasicSite(Site):
    """Asks for a password by 401."""

    challenge = 'Basic realm="Staff"'

    def page(self, request: Request) -> Reply:
        if request.path == "/" and "moved" in self.faults:
            return Reply(302, location="/inside" if "loop" not in self.faults else "/")
        if "open" not in self.faults and request.headers.get("authorization") != _WORD:
            return Reply(401, "<title>401 Unauthorized</title>", headers=(("WWW-Authenticate", self.challenge),))
        if "error-page" in self.faults:
            return Reply(200, "<title>Error</title>")
        return Reply(503 if "away" in self.faults else 200, "<title>Staff</title>Rota")


@pytest.fixture
def staff(serve: Callable[[Site], Site]) -> Site:
    return serve(BasicSite())


@pytest.mark.parametrize(
    ("faults", "reason", "steps"),
    [
        ("", "ok", ["open", "sign-in"]),
        ("moved", "ok", ["open", "open", "sign-in"]),
        ("moved loop", "too-many-redirects", ["open"] * 7),
        ("open", "no-password-asked", ["open"]),
        ("error-page", "error-page-with-200", ["open", "sign-in"]),
        ("away", "http-503", ["open", "sign-in"]),
    ],
)
def test_each_fault_ends_with_its_own_reason(
    staff: Site, probe: Probe, faults: str, reason: str, steps: list[str]
) -> None:
    staff.faults.update(faults.split())
    result = probe(staff, journey="basic")
    assert result.reason == reason
    assert [step.name for step in result.steps] == steps
    assert _WORD.partition(" ")[2] not in repr(result)


def test_a_wrong_password_and_another_way_of_asking_are_named(staff: Site, probe: Probe) -> None:
    assert probe(staff, journey="basic", account=("prober", "wrong")).reason == "wrong-password"
    assert probe(staff, journey="basic", expect_text="Holidays").reason == "error-page-with-200"
    staff.challenge = "Negotiate"
    assert probe(staff, journey="basic").reason == "no-password-asked"
