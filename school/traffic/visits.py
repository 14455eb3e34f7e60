"""What people do on a visit: sign in, look around, hand something in, sign out or just leave, come back.

Each step is written down as it went for the person. Nothing here decides when a visit happens.
"""

import asyncio
from dataclasses import dataclass
from random import Random

from school.traffic.browser import Browser, Page, Symptom, Unreachable
from school.traffic.habits import Habits
from school.traffic.person import FAILURES_BEFORE_SUPPORT, Person, Witness
from school.traffic.truth import Action

_COMPLAINTS = (
    "I type my password and then I am back at the sign-in page again.",
    "It says something went wrong on your side. I need to hand in my homework today.",
    "Cannot get in since this morning, my friend can.",
    "Signed in twice, thrown out twice. Is it me?",
)
_HOMEWORK = b"My answers\n\n1. See the drawing.\n2. It follows from 1.\n3. I ran out of time.\n"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The two services as people know them, without a slash at the end."""

    portal: str
    auth: str


class Visits:
    def __init__(self, addresses: Addresses, witness: Witness, habits: Habits, chance: Random) -> None:
        self._at = addresses
        self._witness = witness
        self._habits = habits
        self._chance = chance

    async def sign_in(self, person: Person) -> bool:
        """A visit that begins at the portal's courses; whether the person got in. Complains when it is enough."""
        for attempt in range(self._habits.most_tries):
            if attempt:
                await self._pause(self._habits.typing_s * 2)
            page = await self._get_in(person)
            if page is not None:
                await self._look_around(person, page)
                return True
            if person.failures >= FAILURES_BEFORE_SUPPORT:
                await self._complain(person)
        return False

    async def come_back(self, person: Person) -> None:
        """With the cookies of an earlier visit, to the portal or to the account page; some cookies are too old."""
        if self._chance.random() < self._habits.stale_share:
            with person.browser.stale(self._witness.session_cookie):
                await self._open(person, self._at.auth + "/", Action.RETURN, expects_sign_in=True)
            person.is_in = False
            await self.sign_in(person)
            return
        is_portal = self._chance.random() < self._habits.portal_share
        page = await self._open(
            person, self._at.portal + "/courses/" if is_portal else self._at.auth + "/", Action.RETURN
        )
        if page is None:
            await self.sign_in(person)
        elif is_portal:
            await self._look_around(person, page)

    async def answer_roll_call(self, person: Person, device: Browser) -> None:
        """Is the session still accepted? Behind a shared exit it is asked from two different addresses."""
        addresses = self._chance.sample(person.network.addresses, min(2, len(person.network.addresses)))
        status = None
        try:
            for address in addresses:
                status = await device.peek(self._at.auth + "/", address)
                if status != 200:
                    break
        except Unreachable as unreachable:
            self._witness.note_at(person, device, Action.ROLL_CALL, False, unreachable.symptom, None)
            return
        self._witness.note_at(person, device, Action.ROLL_CALL, status == 200, _symptom_of(status), status)

    async def _get_in(self, person: Person) -> Page | None:
        """One try, from the courses page through the form; None when it failed; no form for who is still in."""
        action = Action.OPEN
        try:
            page = await person.browser.get(self._at.portal + "/courses/")
            if page.status < 400 and page.content.sign_in_form is not None:
                action = Action.SIGN_IN
                await self._pause(self._habits.typing_s)
                if self._chance.random() < self._habits.mistype_share:
                    page = await self._mistype(person, page)
                page = await self._type_password(person, page, person.password)
        except Unreachable as unreachable:
            self._fail(person, Action.SIGN_IN, unreachable.symptom, None)
            return None
        if page.status < 400 and page.content.sign_in_form is None:
            self._witness.note(person, action, True, status=page.status)
            person.failures, person.is_in = 0, True
            return page
        self._fail(person, Action.SIGN_IN, _sign_in_symptom(page), page.status)
        return None

    async def _mistype(self, person: Person, page: Page) -> Page:
        page = await self._type_password(person, page, person.password[:-1])
        if page.content.sign_in_form is not None:
            person.failures += 1
            self._witness.note(person, Action.SIGN_IN, False, Symptom.WRONG_PASSWORD, page.status)
            await self._pause(self._habits.typing_s)
        return page

    async def _type_password(self, person: Person, page: Page, password: str) -> Page:
        form = page.content.sign_in_form
        if form is None:
            return page
        return await person.browser.send(page, form, {"username": person.username, "password": password})

    async def _look_around(self, person: Person, courses: Page) -> None:
        """A course, perhaps a material, perhaps an assignment; then sign out or leave."""
        course_links = courses.content.links_to("/courses/")
        if course_links:
            await self._pause(self._habits.reading_s)
            course = await self._open(person, self._at.portal + self._chance.choice(course_links), Action.OPEN)
            if course is None:
                return
            await self._study(person, course)
        if self._chance.random() < self._habits.sign_out_share:
            await self._pause(self._habits.reading_s)
            await self._sign_out(person, courses)

    async def _study(self, person: Person, course: Page) -> None:
        materials, assignments = course.content.links_to("/materials/"), course.content.links_to("/assignments/")
        if materials and self._chance.random() < self._habits.material_share:
            await self._pause(self._habits.reading_s)
            await self._open(person, self._at.portal + self._chance.choice(materials), Action.OPEN)
        if assignments and self._chance.random() < self._habits.assignment_share:
            await self._pause(self._habits.reading_s)
            page = await self._open(person, self._at.portal + self._chance.choice(assignments), Action.OPEN)
            if page is not None and self._chance.random() < self._habits.submit_share:
                await self._submit(person, page)

    async def _submit(self, person: Person, page: Page) -> None:
        form = next((form for form in page.content.forms if form.takes_file), None)
        if form is None:
            return
        try:
            page = await person.browser.send(page, form, {}, ("homework.txt", _HOMEWORK))
        except Unreachable as unreachable:
            self._fail(person, Action.SUBMIT, unreachable.symptom, None)
            return
        self._judge(person, Action.SUBMIT, page)

    async def _sign_out(self, person: Person, page: Page) -> None:
        form = page.content.form_to("/sign-out/")
        if form is None:
            return
        try:
            page = await person.browser.send(page, form, {})
        except Unreachable as unreachable:
            self._fail(person, Action.SIGN_OUT, unreachable.symptom, None)
            return
        person.is_in = False
        # A provider that no longer knows the person asks them to sign in; signed out they are all the same.
        self._witness.note(person, Action.SIGN_OUT, page.status < 400, _symptom_of(page.status), page.status)

    async def _complain(self, person: Person) -> None:
        """Writes to support, once a person."""
        if person.has_written:
            return
        await self._pause(self._habits.typing_s)
        try:
            page = await person.browser.get(self._at.portal + "/cannot-sign-in/")
            form = next((form for form in page.content.forms if "message" in form.fields), None)
            if form is None:
                self._witness.note(person, Action.SUPPORT, False, _symptom_of(page.status), page.status)
                return
            typed = {"who": person.username, "message": self._chance.choice(_COMPLAINTS)}
            page = await person.browser.send(page, form, typed)
        except Unreachable as unreachable:
            self._witness.note(person, Action.SUPPORT, False, unreachable.symptom)
            return
        person.has_written = page.status < 400
        self._witness.note(person, Action.SUPPORT, person.has_written, _symptom_of(page.status), page.status)

    async def _open(self, person: Person, url: str, action: Action, expects_sign_in: bool = False) -> Page | None:
        """A page that needs a session; None when the person did not get to see it."""
        try:
            page = await person.browser.get(url)
        except Unreachable as unreachable:
            self._fail(person, action, unreachable.symptom, None)
            return None
        if expects_sign_in and page.content.sign_in_form is not None:
            self._witness.note(person, action, False, None, page.status)
            return None
        return page if self._judge(person, action, page) else None

    def _judge(self, person: Person, action: Action, page: Page) -> bool:
        if page.status < 400 and page.content.sign_in_form is None:
            self._witness.note(person, action, True, status=page.status)
            return True
        symptom = Symptom.SENT_BACK if page.status < 400 else _symptom_of(page.status)
        self._fail(person, action, symptom, page.status)
        return False

    def _fail(self, person: Person, action: Action, symptom: Symptom | None, status: int | None) -> None:
        person.failures += 1
        person.is_in = False
        self._witness.note(person, action, False, symptom, status)

    async def _pause(self, mean_s: float) -> None:
        await asyncio.sleep(self._habits.pause_s(mean_s, self._chance))


def _sign_in_symptom(page: Page) -> Symptom:
    """After the right password. A form that was accepted redirects; the same form shown again was refused."""
    if page.status >= 500:
        return Symptom.HTTP_500
    if page.status >= 400 or page.first_status == 200:
        return Symptom.REFUSED
    return Symptom.SENT_BACK


def _symptom_of(status: int | None) -> Symptom | None:
    """What a status means to somebody who holds a session; None when all is well."""
    if status is None or status < 300:
        return None
    if status >= 500:
        return Symptom.HTTP_500
    return Symptom.SENT_BACK if status < 400 else Symptom.REFUSED
