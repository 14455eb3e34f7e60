"""What requests need beside sessions and people: templates, messages, routers, forms that fit. Can it be had?"""

from __future__ import annotations

import re
from dataclasses import replace

from doorward.check.rule import ALL_BUT_STRANGERS, EVERY_FORM, EVERY_PASSWORD, EVERYTHING, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, Flow
from doorward.model.finding import Severity, What

_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
# Whoever is shown the form; one that was opened before is sent without it.
_SHOWN = (
    What.ANONYMOUS_VISIT,
    What.STALE_COOKIE_SIGN_IN,
    What.NEW_SIGN_IN,
    What.SIGN_IN_NO_RETURN,
    What.OTHER_WORKER,
)


_ERROR = "gets an error page (500)"
_SENT_TOO = effect("everyone who signs in with a password", "at once", _ERROR, What.ANONYMOUS_VISIT, *EVERY_PASSWORD)
_ALL_ITS_PAGES = effect("everyone who uses the administration", "at once", _ERROR, *EVERYTHING)
_NO_WAY_BACK = effect("everyone who signs in through the provider", "at once", _ERROR, What.SSO_RETURN)
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~:-]+")
_NO_FORM = effect("everyone who signs in", "at once", "gets an error page (500)", What.ANONYMOUS_VISIT, *EVERY_FORM)


def _lacking(new: Configuration, need: str) -> Hits:
    for flow in new.facts_of(Flow):
        if flow.name == "lacking" and flow.values == (need,):
            for broken in flow.broken:
                yield Hit(flow.where, broken)


@rule(
    "PART-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "gets an error page (500), whatever the page", *EVERYTHING),
    catalogue=(),
    sources=(_SETTINGS + "#message-storage", _SETTINGS + "#secure-proxy-ssl-header", "measured: bench check_django"),
)
def every_request(new: Configuration) -> Hits:
    """What every request needs cannot be had.

    Why: Django looks for where messages are kept, who signs them, and the proxy's header at each request, not at the
    start; the process starts, and every page is an error page.

    Fix: mend the path or the pattern that is named, or take the setting out.
    """
    yield from _lacking(new, "request")


@rule(
    "PART-02",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "at once", "gets an error page (500) for the form", *_SHOWN),
    catalogue=(),
    sources=(
        _SETTINGS + "#templates",
        _SETTINGS + "#form-renderer",
        "https://docs.djangoproject.com/en/5.2/ref/contrib/staticfiles/#manifeststaticfilesstorage",
        "measured: bench check_django",
    ),
)
def sign_in_page(new: Configuration) -> Hits:
    """The sign-in page cannot be drawn.

    Why: its template, what the template is told, what draws its form, or the list of static files that it names is not
    there. Django looks for them when the page is asked for; whoever is signed in notices nothing.

    Fix: mend the path that is named; run `collectstatic` where the list of static files lacks a file.
    """
    yield from _lacking(new, "page")
    for hit in _lacking(new, "form"):
        yield replace(hit, effect=_SENT_TOO)
    for hit in _lacking(new, "administration"):
        yield replace(hit, effect=_ALL_ITS_PAGES)
    for hit in _lacking(new, "provider"):
        yield replace(hit, severity=Severity.PARTIAL, effect=_NO_WAY_BACK)


@rule(
    "PART-03",
    severity=Severity.OUTAGE,
    effect=effect("everyone with a session or an account", "at once", "gets an error page (500)", *ALL_BUT_STRANGERS),
    catalogue=(),
    sources=(_SETTINGS + "#database-routers", "measured: bench check_django"),
)
def database_router(new: Configuration) -> Hits:
    """Who says which database is asked cannot be had.

    Why: Django looks for its routers at the first question to a database; whoever needs none is shown the form.

    Fix: mend the path, or take the router out.
    """
    yield from _lacking(new, "people")


@rule(
    "LIFE-04",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", "gets an error page (500)", *EVERY_FORM),
    catalogue=(),
    sources=(_SETTINGS + "#session-cookie-age", "measured: bench check_django"),
)
def life_is_no_number(new: Configuration) -> Hits:
    """The life of a session is no number.

    Why: Django adds it to the clock when a session is kept. A text, as variables of the environment are, or a span of
    time cannot be added; nobody's new session is kept.

    Fix: write whole seconds: `int(os.environ["SESSION_LIFE"])`, eight hours are 28800.
    """
    yield from _lacking(new, "sign-in")


@rule(
    "COOKIE-09",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", "gets an error page (500)", *EVERY_FORM),
    catalogue=(),
    sources=("https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1", "measured: bench check_django"),
)
def no_cookie_name(new: Configuration) -> Hits:
    """The name of a cookie is none.

    Why: a name has letters, digits and some signs, and no space, comma or bracket. Python refuses to write another
    one, and the page that sets the cookie is an error page: the sign-in form itself where it is the form's cookie.

    Fix: write the name with letters, digits, `-` and `_`.
    """
    for cookie in new.facts_of(Cookie):
        if cookie.name and not cookie.in_session and not _NAME.fullmatch(cookie.name):
            hurt = _NO_FORM if cookie.purpose == "csrf" else None
            yield Hit(cookie.where, f"{cookie.name!r} cannot be the name of a cookie", effect=hurt)


RULES = (every_request, sign_in_page, database_router, life_is_no_number, no_cookie_name)
