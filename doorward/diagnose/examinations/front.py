"""Front: is what people are shown what the process itself says, or does something on the way alter it?

A proxy, a cache or a gateway has settings that nobody watches. So a few pages are asked for twice: where people ask,
and of the process itself, past everything that stands before it. Where several nodes answer by turns, what every try
shows is the way's doing. Pages alone are asked for, nothing is handed in, and values of cookies are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie
from urllib.parse import SplitResult, urljoin, urlsplit

from doorward.diagnose.examinations.fetch import Fetched, fetch, usable
from doorward.diagnose.examinations.process import own_address, pid_of
from doorward.diagnose.examined import Examination, NotExamined
from doorward.diagnose.examined_process import FrontExamined
from doorward.diagnose.examinee import Examinee
from doorward.model.service import Role

# Two pages, five answers each: together within the bound of a round.
ANSWER_S = 0.28
TRIES = 3
_ATTRIBUTES = ("path", "domain", "samesite", "secure", "httponly")


def examine_front(examinee: Examinee) -> FrontExamined | NotExamined:
    """Compare status, redirect and cookies; no answer, or one that says that the server failed, tells nothing."""
    pid = pid_of(examinee)
    own = None if pid is None else own_address(examinee, pid)
    pages = [url for page in examinee.pages if (url := usable(page)) is not None]
    if own is None or not pages:
        because = "its process listens where people ask, or where is not told"
        return NotExamined(Examination.FRONT, examinee.component, because, applies=False)
    found = tuple(sorted(set(_altered(pages[0], str(own), examinee.role is Role.PROVIDER))))
    return FrontExamined(examinee.component, str(own), found)


def _altered(page: SplitResult, own: str, follows: bool) -> Iterator[str]:
    """How the page differs; of a provider also the page that it leads to, which is the sign-in form."""
    itself = _ask(page, own)
    shown = [_ask(page) for _ in range(TRIES)]
    again = _ask(page, own)
    # Workers that are being replaced may answer one like this and one like that.
    if not all(map(_tells, (itself, *shown, again))) or any(_differences(page, itself, [again])):
        return
    yield from _differences(page, itself, shown)
    ahead = urlsplit(urljoin(page.geturl(), dict(itself.headers).get("location", page.geturl())))
    if follows and ahead.path != page.path and ahead.netloc == page.netloc:
        yield from _altered(ahead, own, follows=False)


def _ask(page: SplitResult, own: str = "") -> Fetched:
    url = page._replace(scheme="http", netloc=own) if own else page
    return fetch(url, ANSWER_S, headers=(("Host", page.netloc), ("X-Forwarded-Proto", page.scheme)) if own else ())


def _tells(answer: Fetched) -> bool:
    return answer.status is not None and answer.status < 500


def _differences(page: SplitResult, itself: Fetched, shown: list[Fetched]) -> Iterator[str]:
    """Of what the process says, what no try shows as it is."""
    where = page.path or "/"
    if all(answer.status != itself.status for answer in shown):
        yield f"{where}: {shown[0].status} where people ask, {itself.status} by the process itself"
        return
    if all(_leads(answer) != _leads(itself) for answer in shown):
        yield f"{where}: people are led elsewhere than the process leads them"
    for name, said in _cookies(itself).items():
        if all(_cookies(answer).get(name) != said for answer in shown):
            how = "has other attributes" if any(name in _cookies(answer) for answer in shown) else "is left out"
            yield f"{where}: the cookie {name} {how} where people ask"


def _leads(answer: Fetched) -> str:
    return urlsplit(dict(answer.headers).get("location", "")).path


def _cookies(answer: Fetched) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in answer.headers:
        if name == "set-cookie":
            try:
                cookies = SimpleCookie(value)
            except CookieError:
                continue
            found |= {one.key: tuple(str(one[attribute]) for attribute in _ATTRIBUTES) for one in cookies.values()}
    return found
