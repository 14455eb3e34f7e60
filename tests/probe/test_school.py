"""The journeys on the reference school, served by real processes, in health and under both faults of the reports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox as Sink

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.probe.driver import run
from doorward.probe.means import Mailbox, Means
from doorward.probe.plan import Client, ProbePlan

START_S = 30.0
NETWORK = tuple(f"198.51.100.{last}" for last in range(11, 19))


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A real SMTP server, and the maildir that it puts mail into."""
    place, (port, _) = tmp_path_factory.mktemp("mail") / "maildir", _free_ports()
    controller = Controller(Sink(str(place)), hostname="127.0.0.1", port=port)
    controller.start()
    yield port, place
    controller.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, mail: tuple[int, Path]) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("school") / "site"
    ports = _free_ports()
    size = ["--people", "10", "--courses", "1", "--auth-port", str(ports[0]), "--portal-port", str(ports[1])]
    subprocess.run([sys.executable, "-m", "school", "setup", str(place), *size], check=True, capture_output=True)
    config, smtp = place / "auth.toml", f'backend = "smtp"\nhost = "127.0.0.1"\nport = {mail[0]}'
    config.write_text(config.read_text().replace('backend = "file"', smtp))
    served = subprocess.Popen(
        [sys.executable, "-m", "school", "serve", str(place)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for port in ports:
        _until(lambda port=port: _is_alive(port))
    yield place
    served.send_signal(signal.SIGTERM)
    served.wait(timeout=START_S)


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _is_alive(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_S
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        threading.Event().wait(0.05)


def _public_url(site: Path, service: str) -> str:
    line = next(line for line in (site / f"{service}.toml").read_text().splitlines() if line.startswith("public_url"))
    return line.partition('"')[2].rstrip('"')


def probe(site: Path, journey: str, addresses: tuple[str, ...] = NETWORK) -> ProbeResult:
    auth, portal = _public_url(site, "auth"), _public_url(site, "portal")
    people = json.loads((site / "secrets" / "people.json").read_text())
    monitor = next(person for person in people if person["monitor"])
    plan = ProbePlan(
        name="school",
        journey=journey,
        start_url=portal + "/courses/" if journey == "oidc" else auth + "/",
        return_url=auth + "/",
        account=(monitor["username"], monitor["password"]),
        addresses=addresses,
        headers=(("X-Synthetic", (site / "secrets" / "monitoring-token").read_text().strip()),),
        hosts=tuple(urlsplit(url).netloc for url in (auth, portal)),
    )
    return run(plan, datetime.now(UTC))


def sign_in_as_client(site: Path) -> ProbeResult:
    """As the portal does, without the portal: its callback is caught."""
    auth, portal = _public_url(site, "auth"), _public_url(site, "portal")
    people = json.loads((site / "secrets" / "people.json").read_text())
    monitor = next(person for person in people if person["monitor"])
    secret = (site / "secrets" / "portal-client-secret").read_text().strip()
    plan = ProbePlan(
        name="provider",
        journey="openid",
        start_url=auth + "/o",
        issuer=auth + "/o",
        account=(monitor["username"], monitor["password"]),
        client=Client("portal", secret, portal + "/sign-in/callback/", post_sign_out_uri=portal + "/signed-out/"),
        addresses=NETWORK[:1],
        headers=(("X-Synthetic", (site / "secrets" / "monitoring-token").read_text().strip()),),
    )
    return run(plan, datetime.now(UTC))


@pytest.fixture
def misconfigure(site: Path) -> Iterator[Callable[[str, str], None]]:
    """Change the authentication service's configuration; afterwards the good one is put back."""
    config = site / "auth.toml"
    good = config.read_text()

    def change(before: str, after: str) -> None:
        assert before in good
        _reload(site, good.replace(before, after))

    yield change
    _reload(site, good)
    _until_probed(site, "ok", "form")


def _reload(site: Path, text: str) -> None:
    (site / "auth.toml").write_text(text)
    log = site / "logs" / "auth.jsonl"
    loaded = log.read_text().count('"configuration-loaded"')
    os.kill(int((site / "run" / "auth.pid").read_text()), signal.SIGHUP)
    _until(lambda: log.read_text().count('"configuration-loaded"') > loaded)


def _until_probed(site: Path, reason: str, journey: str = "oidc") -> ProbeResult:
    """The first probe that ends so: old workers finish what they have while the new ones start."""
    seen: list[ProbeResult] = []
    _until(lambda: seen.append(probe(site, journey)) or seen[-1].reason == reason)
    return seen[-1]


@pytest.mark.parametrize("journey", ["form", "oidc"])
def test_the_monitor_signs_in_and_stays_signed_in_from_another_address(site: Path, journey: str) -> None:
    result = probe(site, journey)
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")


def test_the_schools_provider_serves_a_client_that_knows_its_issuer_alone(site: Path) -> None:
    result = sign_in_as_client(site)
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    names = list(dict.fromkeys(step.name for step in result.steps))
    then = ["token", "keys", "userinfo", "refresh", "sign-out", "after-sign-out"]
    assert names == ["discovery", "open", "sign-in", "after-sign-in", *then]


def test_the_schools_probes_are_marked_as_such_in_its_log(site: Path) -> None:
    probe(site, "form")
    lines = [json.loads(line) for line in (site / "logs" / "auth.jsonl").read_text().splitlines()]
    assert all(line["synthetic"] for line in lines if line["event"] == "sign-in")


def test_a_session_bound_to_one_address_sends_people_behind_several_back(
    site: Path, misconfigure: Callable[[str, str], None]
) -> None:
    misconfigure("bind_ipv4_prefix = 24", "bind_ipv4_prefix = 32")
    result = _until_probed(site, "sent-back-to-sign-in")
    assert (result.outcome, result.steps[-1].name) == (ProbeOutcome.FAILED, "after-sign-in")
    assert probe(site, "oidc", NETWORK[:1]).reason == "ok"


def test_a_serializer_that_is_gone_answers_500_to_everybody(
    site: Path, misconfigure: Callable[[str, str], None]
) -> None:
    misconfigure("serializers.JSONSerializer", "serializers.PickleSerializer")
    for journey in ("form", "oidc"):
        assert _until_probed(site, "http-500", journey).steps[-1].name == "open"


def test_the_provider_publishes_its_metadata_and_keys(site: Path) -> None:
    result = run(ProbePlan("published", "metadata", "", issuer=_public_url(site, "auth") + "/o"), datetime.now(UTC))
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    assert result.notes[-1].startswith("keys served: ")


def test_the_monitor_is_sent_a_mail_whose_link_leads_to_the_form_for_a_new_password(
    site: Path, mail: tuple[int, Path]
) -> None:
    people = json.loads((site / "secrets" / "people.json").read_text())
    monitor = next(person for person in people if person["monitor"])
    auth = _public_url(site, "auth")
    mailbox = Mailbox(f"maildir:{mail[1]}", monitor["mail"], wait_s=20)
    asked = ProbePlan("reset", "reset-mail", auth + "/password/forgotten/", means=Means(mailbox=mailbox))
    result = run(asked, datetime.now(UTC))
    assert (result.outcome, result.reason) == (ProbeOutcome.PASSED, "ok")
    assert monitor["mail"] not in repr(result)
