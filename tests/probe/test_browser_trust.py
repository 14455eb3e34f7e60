"""A real Chromium believes the plan's authorities, and judges what they vouch for as a person's browser does."""

from __future__ import annotations

import ctypes.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.browser_trust import believe
from tests.probe.authority import Authority
from tests.probe.conftest import FormSite, Reply, Request, Site

Probe = Callable[..., ProbeResult]
needs_nss = pytest.mark.skipif(ctypes.util.find_library("nss3") is None, reason="libnss3 is not here")


class SmallSite(FormSite):
    """No picture that would lead a browser to the sign-in page once more, and no form at home."""

    def page(self, request: Request) -> Reply:
        return Reply(404) if request.path == "/favicon.ico" else super().page(request)

    def home(self, request: Request) -> Reply:
        return Reply(200, "<title>Home</title><h1>Hello</h1>")


@pytest.fixture
def visit(serve: Callable[..., Site], probe: Probe, tmp_path: Path) -> Callable[..., ProbeResult]:
    """Sign in at a site of TLS; `believed` is the authority that the browser is told to believe."""
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not here")
    pytest.importorskip("playwright.sync_api", reason="Playwright is not here")

    def go(believed: Authority, authority: Authority, ends_in_days: float = 30, host: str = "127.0.0.1") -> ProbeResult:
        site = serve(SmallSite(), authority.server(ends_in_days, host))
        return probe(site, journey="browser", authorities=str(believed.pem), timeout_s=15.0, total_s=60.0)

    return go


@needs_nss
def test_a_browser_signs_in_where_a_private_authority_vouches_for_the_server(
    visit: Callable[..., ProbeResult], tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    result = visit(authority, authority)
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    assert result.steps[0].url.startswith("https://")
    assert result.steps[0].timing.tls_ms is not None


@needs_nss
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"ends_in_days": -1}, "tls-certificate-expired"),
        ({"host": "127.0.0.2"}, "tls-wrong-name"),
    ],
)
def test_what_the_authority_vouches_for_is_still_looked_at(
    visit: Callable[..., ProbeResult], tmp_path: Path, told: dict[str, object], reason: str
) -> None:
    authority = Authority(tmp_path)
    assert visit(authority, authority, **told).reason == reason


@needs_nss
def test_another_authority_is_not_believed(visit: Callable[..., ProbeResult], tmp_path: Path) -> None:
    assert visit(Authority(tmp_path, "other"), Authority(tmp_path)).reason == "tls-untrusted"


@needs_nss
def test_the_database_holds_every_authority_of_the_file_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    authorities = [Authority(tmp_path, name) for name in ("first", "second")]
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(one.pem.read_bytes() for one in authorities))
    believe(tmp_path, str(both))
    database = tmp_path / ".pki" / "nssdb"
    assert database.stat().st_mode & 0o077 == 0
    stored = (database / "cert9.db").read_bytes()
    assert all(one.name.public_bytes() in stored for one in authorities)


@pytest.mark.parametrize("content", [b"", b"\xff no certificate", None])
def test_a_file_without_certificates_is_refused_by_its_name(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputInvalid, match=r"ca.pem: holds no certificates"):
        believe(tmp_path, str(file))
