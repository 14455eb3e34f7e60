"""The pages of sign-in: are they where people are sent?"""

from __future__ import annotations

from doorward.check.rule import EVERY_PASSWORD, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import host_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Endpoint
from doorward.model.finding import Difference, Severity, What

_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_MAIL_THAT_GOES_NOWHERE = ("backends.console.", "backends.dummy.", "backends.locmem.")
# Those who are sent to the sign-in page, and do not open it by itself.
_LED_THERE = (What.ANONYMOUS_VISIT, What.NEW_SIGN_IN, What.OTHER_WORKER)
_WITHOUT_RETURN = (What.STALE_COOKIE_SIGN_IN, What.SIGN_IN_NO_RETURN)
_ALSO_BACK = effect(
    "people who sign in without coming from a page, and those who come back from the provider",
    "after the sign-in",
    "land on an error page (404)",
    *_WITHOUT_RETURN,
    What.SSO_RETURN,
)
_CLOSED = effect(
    "people who are not signed in",
    "at once",
    "are redirected without end",
    What.ANONYMOUS_VISIT,
    *EVERY_PASSWORD,
)


@rule(
    "PAGE-01",
    severity=Severity.OUTAGE,
    effect=effect("people who are not signed in", "at once", "find no sign-in form (404)", *_LED_THERE),
    catalogue=("DJ-42",),
    sources=(_SETTINGS + "#login-url",),
)
def no_sign_in_page(new: Configuration) -> Hits:
    """There is no page where people are sent to sign in.

    Why: a visitor who is not signed in is sent to LOGIN_URL. Nothing answers there.

    Fix: set LOGIN_URL to the name or the path of the sign-in page.
    """
    page = new.endpoint("sign-in")
    if page and page.chosen and page.answers is False:
        yield Hit(page.where, f"nothing answers at the sign-in address {page.url}")


@rule(
    "PAGE-02",
    severity=Severity.OUTAGE,
    effect=effect("people who are not signed in", "at once", "are redirected without end", *_LED_THERE),
    catalogue=("DJ-36", "DJ-42"),
    sources=(
        _SETTINGS + "#login-url",
        "https://docs.djangoproject.com/en/5.2/ref/middleware/#django.contrib.auth.middleware.LoginRequiredMiddleware",
    ),
)
def sign_in_page_asks_for_sign_in(new: Configuration) -> Hits:
    """The page where people sign in asks them to sign in first.

    Why: it sends them to itself, without end.

    Fix: take `login_required` off that page, or mark it `login_not_required` under LoginRequiredMiddleware.
    """
    page = new.endpoint("sign-in")
    if page and page.answers and page.guarded:
        roles = new.flow("middleware-roles")
        closed = bool(roles and "login-required" in (roles.values or ()))
        message = f"the sign-in page {page.url} itself asks for a sign-in"
        yield Hit(page.where, message, effect=_CLOSED if closed else None)


@rule(
    "PAGE-03",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in without coming from a page",
        "after the sign-in",
        "land on an error page (404)",
        *_WITHOUT_RETURN,
    ),
    catalogue=("DJ-43",),
    sources=(_SETTINGS + "#login-redirect-url",),
)
def nowhere_after_sign_in(new: Configuration) -> Hits:
    """There is no page where people are sent after signing in.

    Why: whoever comes without a return address is sent to LOGIN_REDIRECT_URL. Nothing answers there; they are signed
    in, and do not know it.

    Fix: set LOGIN_REDIRECT_URL to the name or the path of a page.
    """
    page = new.endpoint("after-sign-in")
    if page and page.chosen and page.answers is False:
        hurt = _ALSO_BACK if new.flow("single-sign-on-client") else None
        message = f"nothing answers at {page.url}, where people are sent after signing in"
        yield Hit(page.where, message, effect=hurt)


@rule(
    "PAGE-04",
    severity=Severity.LATENT,
    effect=effect("people who forgot their password", "when they ask for a new one", "get no mail", What.RECOVERY),
    catalogue=("DJ-48",),
    sources=(_SETTINGS + "#email-backend",),
)
def mail_goes_nowhere(new: Configuration) -> Hits:
    """Mail for people who forgot their password goes nowhere.

    Why: the console and dummy backends are for development; the page says that a mail is on its way.

    Fix: use the SMTP backend, or your provider's.
    """
    flow, debug = new.flow("mail-backend"), new.flow("debug")
    if flow is None or not flow.values or new.setting(flow.where.pointer) is None or debug is None:
        return
    if debug.values == ("off",) and any(mark in flow.values[0] for mark in _MAIL_THAT_GOES_NOWHERE):
        yield Hit(flow.where, f"mail goes to {flow.values[0]}")


@rule(
    "PAGE-05",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in through a provider", "at once", "land on the sign-in form instead", What.SSO_RETURN
    ),
    catalogue=("DJ-36",),
    sources=(
        "https://docs.djangoproject.com/en/5.2/ref/middleware/#django.contrib.auth.middleware.LoginRequiredMiddleware",
        "measured: bench check_django",
    ),
)
def return_asks_for_sign_in(new: Configuration) -> Hits:
    """The way to the provider or back asks for a sign-in.

    Why: under LoginRequiredMiddleware every page asks for a sign-in, those of a package for sign-in through a provider
    too. Whoever comes back from the provider is not signed in yet, and is sent to the form.

    Fix: mark those views `login_not_required`, or take the package's address out of the middleware's reach.
    """
    for page in new.facts_of(Endpoint):
        if page.purpose == "single-sign-on" and page.guarded:
            yield Hit(page.where, f"{page.url} asks for a sign-in, and it is a way to sign in")


@rule(
    "PAGE-06",
    severity=Severity.OUTAGE,
    effect=effect(
        "people who are not signed in",
        "at once",
        "find no sign-in form (404), and send an open one in vain",
        What.ANONYMOUS_VISIT,
        *EVERY_PASSWORD,
    ),
    catalogue=("DJ-42",),
    sources=(_SETTINGS + "#root-urlconf", "measured: bench check_django"),
)
def sign_in_page_gone(old: Configuration, new: Configuration) -> Hits:
    """The sign-in page is not at its address any more.

    Why: people are sent there as before, and the table of addresses has no such page now.

    Fix: put the page back into the table, or redirect from its former address.
    """
    before, after = old.endpoint("sign-in"), new.endpoint("sign-in")
    if before and after and before.url == after.url and before.answers and after.answers is False:
        yield Hit(after.where, f"nothing answers at {after.url} any more, where people sign in")


@rule(
    "PAGE-07",
    severity=Severity.PARTIAL,
    effect=effect("people who sign in with a password", "at once", "are not shown the form any more", *_LED_THERE),
    catalogue=("DJ-42",),
    sources=(_SETTINGS + "#login-url", "measured: bench check_django"),
)
def led_elsewhere(old: Configuration, new: Configuration) -> Hits:
    """People who are not signed in are led to another host or to a provider, and were shown a form here.

    Why: LOGIN_URL decides where they are sent. Whoever has a password here and no account there cannot sign in, unless
    they know the form's own address.

    Fix: nothing, if everybody has an account there; else keep the form, with a link to the provider on it.
    """
    before, after, public = old.endpoint("sign-in"), new.endpoint("sign-in"), new.endpoint("public")
    if before is None or after is None or before.url == after.url or not before.answers:
        return
    if old.flow("sign-in-by-provider") is None and new.flow("sign-in-by-provider") is not None:
        yield Hit(after.where, f"people are sent to the provider by {after.url}, and were shown the form")
    elif "//" in (after.url or "") and public and public.url and host_of(after.url) != host_of(public.url):
        yield Hit(after.where, f"people are sent to {after.url}, another host, and were shown the form here")


@rule(
    "PAGE-08",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in without coming from a page",
        "after the sign-in",
        "land on an error page (404)",
        *_WITHOUT_RETURN,
    ),
    catalogue=("DJ-43",),
    sources=(_SETTINGS + "#login-redirect-url", "measured: bench check_django"),
)
def after_sign_in_left_to_default(old: Configuration, new: Configuration) -> Hits:
    """The page after sign-in is left to the framework, which names one that is not there.

    Why: without LOGIN_REDIRECT_URL people are sent to `/accounts/profile/`. Nothing answers there, and before the
    change they were sent to a page.

    Fix: set LOGIN_REDIRECT_URL again.
    """
    before, after = old.endpoint("after-sign-in"), new.endpoint("after-sign-in")
    if before and after and before.answers and after.answers is False and not after.chosen:
        hurt = _ALSO_BACK if new.flow("single-sign-on-client") else None
        yield Hit(
            after.where, f"people are sent to {after.url} after signing in, and nothing answers there", effect=hurt
        )


@rule(
    "PAGE-09",
    severity=Severity.PARTIAL,
    effect=effect("people who come by the former address", "at once", "find nothing there (404)", *EVERYTHING),
    catalogue=(),
    sources=("https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#hooking-adminsite-instances-into-your-urlconf",),
)
def administration_moved(old: Configuration, new: Configuration) -> Hits:
    """The administration, which is all that the service has, is at another address.

    Why: bookmarks, open pages and forms lead to the former one, where nothing answers.

    Fix: redirect from the former address, or tell those who use it.
    """
    before, after = old.endpoint("administration"), new.endpoint("administration")
    if before and after and before.url and after.url and before.url != after.url:
        change = Difference(after.where.pointer, before.url, after.url)
        yield Hit(after.where, f"the administration is at {after.url}, and was at {before.url}", change)


RULES = (
    no_sign_in_page,
    sign_in_page_asks_for_sign_in,
    nowhere_after_sign_in,
    mail_goes_nowhere,
    return_asks_for_sign_in,
    sign_in_page_gone,
    led_elsewhere,
    after_sign_in_left_to_default,
    administration_moved,
)
