"""One run of traffic: a site and the wishes in, a summary out; SIGTERM and SIGINT end it early but in order."""

import asyncio
import json
import signal
import ssl
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from school.auth.config import AuthConfig
from school.config import load
from school.events import EventLog
from school.portal.config import PortalConfig
from school.traffic.browser import Browser
from school.traffic.crowd import Crowd, Tempo
from school.traffic.habits import Habits, agent
from school.traffic.networks import assign
from school.traffic.person import Person, Witness
from school.traffic.truth import Action, Truth
from school.traffic.visits import Addresses, Visits

_PROGRESS_S = 5.0
# Shorter than the two seconds for which the services keep an idle connection.
_LIMITS = httpx.Limits(max_connections=300, max_keepalive_connections=60, keepalive_expiry=1.0)


class SiteUnreachable(Exception):
    """A service of the site does not answer at all."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run is to be. The same seed brings the same people in the same order, as far as time allows."""

    site: Path
    tempo: Tempo
    record: Path | None
    time_scale: float
    shared_exit_share: float
    seed: int
    trusted: Path | None = None
    """Whose certificates are believed (PEM); None: anybody's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`sign_ins_per_min` counts those that succeeded."""

    seconds: float
    sign_ins: int
    sign_ins_failed: int
    sign_ins_per_min: float
    acts: dict[str, int]
    symptoms: dict[str, int]
    people_harmed: int
    inquiries: int
    sessions_held: int
    sessions_accepted: int
    turned_away: int


async def run(wishes: Wishes) -> Outcome:
    """Raises ConfigInvalid and SiteUnreachable before anything is done."""
    auth = load(wishes.site / "auth.toml", AuthConfig)
    portal = load(wishes.site / "portal.toml", PortalConfig)
    addresses = Addresses(portal.service.public_url, auth.service.public_url)
    hasher = EventLog("traffic", portal.log.path, portal.log.key_file.read_bytes().strip(), "")
    chance = Random(wishes.seed)
    habits = Habits(time_scale=wishes.time_scale)
    verify: ssl.SSLContext | bool = False
    if wishes.trusted:
        verify = ssl.create_default_context(cafile=wishes.trusted)
    async with httpx.AsyncHTTPTransport(verify=verify, limits=_LIMITS, trust_env=False) as transport:
        await _greet(transport, addresses)
        with Truth(wishes.record) as truth:
            witness = Witness(truth, auth.session.cookie_name, hasher.session)
            people = _people(wishes, transport, hasher, chance)
            crowd = Crowd(people, Visits(addresses, witness, habits, chance), witness, habits, chance)
            return await _watched(crowd, wishes.tempo, truth)


async def _watched(crowd: Crowd, tempo: Tempo, truth: Truth) -> Outcome:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    started_s = time.monotonic()
    telling = asyncio.create_task(_tell(truth, started_s))
    try:
        await crowd.live(tempo, stopping)
        lasted_s = time.monotonic() - started_s
        await crowd.roll_call()
    finally:
        telling.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
    return _outcome(truth, lasted_s, crowd.turned_away)


async def _greet(transport: httpx.AsyncBaseTransport, addresses: Addresses) -> None:
    for address in (addresses.auth, addresses.portal):
        request = httpx.Request("GET", f"{address}/healthz", extensions={"timeout": httpx.Timeout(5.0).as_dict()})
        try:
            response = await transport.handle_async_request(request)
            await response.aclose()
        except httpx.TransportError as error:
            raise SiteUnreachable(f"{address} does not answer ({type(error).__name__}); is the site served?") from error


def _people(wishes: Wishes, transport: httpx.AsyncBaseTransport, hasher: EventLog, chance: Random) -> list[Person]:
    """Everybody of people.json but the monitor, whose sign-ins are not people's."""
    listed = json.loads((wishes.site / "secrets" / "people.json").read_text(encoding="utf-8"))
    listed = [one for one in listed if not one.get("monitor")]
    networks = assign(len(listed), wishes.shared_exit_share, chance)
    return [
        Person(
            username=one["username"],
            password=one["password"],
            hashed=hasher.person(one["username"]),
            network=network,
            browser=Browser(transport, network, agent(chance), chance),
        )
        for one, network in zip(listed, networks, strict=True)
    ]


async def _tell(truth: Truth, started_s: float) -> None:
    """Progress on standard error: a line every few seconds."""
    while True:
        await asyncio.sleep(_PROGRESS_S)
        done, ok = truth.done[Action.SIGN_IN], truth.ok[Action.SIGN_IN]
        seen = ", ".join(f"{count} {symptom}" for symptom, count in sorted(truth.symptoms.items())) or "no trouble"
        print(
            f"traffic: {time.monotonic() - started_s:4.0f} s, {ok} of {done} sign-ins succeeded, {seen}",
            file=sys.stderr,
            flush=True,
        )


def _outcome(truth: Truth, seconds: float, turned_away: int) -> Outcome:
    done, ok = truth.done, truth.ok
    return Outcome(
        seconds=round(seconds, 1),
        sign_ins=ok[Action.SIGN_IN],
        sign_ins_failed=done[Action.SIGN_IN] - ok[Action.SIGN_IN],
        sign_ins_per_min=round(ok[Action.SIGN_IN] / max(seconds, 0.001) * 60, 1),
        acts={action.value: done[action] for action in Action if done[action]},
        symptoms={symptom.value: count for symptom, count in sorted(truth.symptoms.items())},
        people_harmed=len(truth.harmed),
        inquiries=ok[Action.SUPPORT],
        sessions_held=done[Action.ROLL_CALL],
        sessions_accepted=ok[Action.ROLL_CALL],
        turned_away=turned_away,
    )
