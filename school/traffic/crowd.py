"""The people of a site over the length of a run: who comes when, who is away, and the roll call at the end."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from random import Random

from school.traffic.arrivals import Shape, busyness, next_arrival
from school.traffic.browser import Browser
from school.traffic.habits import Habits
from school.traffic.person import Person, Witness
from school.traffic.visits import Visits

_ROLL_CALL_AT_ONCE = 16
_ROLL_CALL_S = 8.0
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Tempo:
    """Sign-ins a minute (the mean of the day, for shapes that are not flat), and for how long."""

    per_min: float
    seconds: float
    shape: Shape


class Crowd:
    def __init__(self, people: list[Person], visits: Visits, witness: Witness, habits: Habits, chance: Random) -> None:
        self._people = people
        self._visits = visits
        self._witness = witness
        self._habits = habits
        self._chance = chance
        self._under_way: set[asyncio.Task[None]] = set()
        self._mistake: BaseException | None = None
        self.turned_away = 0

    async def live(self, tempo: Tempo, stopping: asyncio.Event) -> None:
        """Lets people come until the time is over or `stopping` is set; raises what a visit did not expect."""
        started_s = time.monotonic()
        midnight_s = started_s - time.time() % _DAY_S
        at_s = started_s
        while not stopping.is_set() and self._mistake is None:
            at_s = next_arrival(at_s, tempo.per_min, lambda s: busyness(tempo.shape, s - midnight_s), self._chance)
            is_over = at_s >= started_s + tempo.seconds
            await _wait(stopping, min(at_s, started_s + tempo.seconds) - time.monotonic())
            if is_over or stopping.is_set():
                break
            self._welcome()
        await self._send_home()
        if self._mistake is not None:
            raise self._mistake

    async def roll_call(self) -> None:
        """Every device that holds a session of the provider shows it once more; at most a few seconds."""
        turnstile = asyncio.Semaphore(_ROLL_CALL_AT_ONCE)

        async def answer(person: Person, device: Browser) -> None:
            async with turnstile:
                await self._visits.answer_roll_call(person, device)

        held = [(person, device) for person in self._people for device in person.devices if self._is_holder(device)]
        tasks = [asyncio.create_task(answer(person, device)) for person, device in held]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_ROLL_CALL_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _welcome(self) -> None:
        """Somebody comes to sign in; who is signed in already sits down at another device."""
        idle = [person for person in self._people if not person.is_busy]
        if not idle:
            self.turned_away += 1
            return
        person = self._chance.choice(idle)
        if person.is_in and self._is_holder(person.browser):
            person.take_another_device()
        self._begin(person, self._visit(person))

    def _begin(self, person: Person, visit: Coroutine[None, None, None]) -> None:
        person.is_busy = True
        task = asyncio.create_task(visit)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._mistake = task.exception()

    async def _visit(self, person: Person) -> None:
        try:
            await self._visits.sign_in(person)
        finally:
            person.is_busy = False
        while self._is_holder(person.browser) and self._chance.random() < self._habits.return_share:
            await asyncio.sleep(self._habits.pause_s(self._habits.away_s, self._chance))
            if person.is_busy or not self._is_holder(person.browser):
                return
            person.is_busy = True
            try:
                await self._visits.come_back(person)
            finally:
                person.is_busy = False

    def _is_holder(self, device: Browser) -> bool:
        return self._witness.session_on(device) is not None

    async def _send_home(self) -> None:
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    """Sleeps, but not longer than until `stopping`."""
    try:
        await asyncio.wait_for(stopping.wait(), max(0.0, seconds))
    except TimeoutError:
        return
