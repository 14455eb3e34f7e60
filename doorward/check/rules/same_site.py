"""SameSite: which cookies come along when people arrive from another site?"""

from __future__ import annotations

from doorward.check.places import attribute
from doorward.check.rule import EVERY_FORM, EVERY_NEW_FORM, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import host_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie
from doorward.model.finding import Severity, What

_DRAFT = "https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/"
_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_LOOP = "gets the sign-in form again for ever, with the right password"
_NEW_FORMS = effect(
    "everyone who opens a form anew", "from the next form on", "finds it refused (403)", *EVERY_NEW_FORM
)
_WORDS = frozenset(("", "lax", "strict", "none"))


@rule(
    "SAMESITE-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", _LOOP, *EVERY_FORM),
    catalogue=("DJ-12", "OP-04"),
    sources=(_DRAFT + "#section-5.7", "measured: django-sessions, SameSite in Chromium"),
)
def none_without_secure(new: Configuration) -> Hits:
    """A cookie with SameSite=None is not Secure.

    Why: browsers drop a cookie with SameSite=None that is not Secure, also where nothing crosses sites.

    Fix: set Secure with it (and serve HTTPS), or use SameSite=Lax.
    """
    for cookie in new.facts_of(Cookie):
        if (cookie.same_site or "").lower() == "none" and cookie.secure is False and not cookie.in_session:
            where = attribute(new, cookie, "samesite")
            hurt = _NEW_FORMS if cookie.purpose == "csrf" else None
            yield Hit(where, f"browsers drop the {cookie.purpose} cookie: SameSite=None without Secure", effect=hurt)


@rule(
    "SAMESITE-02",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", "gets an error page (500)", *EVERY_FORM),
    catalogue=("DJ-13",),
    sources=(_SETTINGS + "#session-cookie-samesite", "measured: django-sessions, SESSION_COOKIE_SAMESITE misspelt"),
)
def no_such_word(new: Configuration) -> Hits:
    """SameSite has a value that does not exist.

    Why: the framework refuses to write such a cookie, and every response that sets it becomes an error page. People
    who are signed in notice nothing.

    Fix: write Lax, Strict or None.
    """
    for cookie in new.facts_of(Cookie):
        if cookie.same_site is None or cookie.same_site.lower() in _WORDS:
            continue
        where = attribute(new, cookie, "samesite")
        all_forms = effect("everyone who opens a form", "at once", "gets an error page (500)", *EVERYTHING[1:])
        yield Hit(
            where,
            f"the {cookie.purpose} cookie cannot be written: SameSite={cookie.same_site} does not exist",
            effect=all_forms if cookie.purpose == "csrf" else None,
        )


@rule(
    "SAMESITE-03",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in through another site",
        "from the next sign-in on",
        "come back from the provider and are not recognised",
        What.SSO_RETURN,
    ),
    catalogue=("DJ-11", "OI-11", "OP-06"),
    sources=(_DRAFT + "#section-5.2", "measured: django-sessions, SameSite in Chromium"),
)
def strict_with_single_sign_on(new: Configuration) -> Hits:
    """The session cookie is Strict, and sign-in goes through another site.

    Why: on the way back from the provider the browser leaves a Strict cookie at home. The service finds no state for
    the answer, and refuses it.

    Fix: use SameSite=Lax for the session cookie.
    """
    cookie = new.cookie("session")
    if cookie is None or (cookie.same_site or "").lower() != "strict":
        return
    where = attribute(new, cookie, "samesite")
    client = new.flow("single-sign-on-client")
    if client and not _same_host(new):
        yield Hit(where, "the session cookie is Strict: it does not come along on the way back from the provider")
    elif new.flow("single-sign-on-provider"):
        again = effect(
            "people whom another site sends here to sign in", "from the next visit on", "must sign in each time"
        )
        message = "the session cookie is Strict: people sent here by a client on another site seem signed out"
        yield Hit(where, message, severity=Severity.NOTE, effect=again)


def _same_host(new: Configuration) -> bool:
    """Whether provider and service share a host: then nothing crosses sites."""
    public, provider = new.endpoint("public"), new.endpoint("provider")
    return bool(public and provider and public.url and host_of(public.url) == host_of(provider.url))


@rule(
    "SAMESITE-04",
    severity=Severity.NOTE,
    effect=effect("people who follow a link from mail or another site", "at once", "seem signed out until they reload"),
    catalogue=("DJ-11",),
    sources=(_DRAFT + "#section-5.2",),
)
def becomes_strict(old: Configuration, new: Configuration) -> Hits:
    """The session cookie becomes Strict.

    Why: a link from mail, chat or another site arrives without the cookie: the person sees the page as a stranger
    does.

    Fix: use SameSite=Lax unless no link from elsewhere leads to pages of signed-in people.
    """
    before, after = old.cookie("session"), new.cookie("session")
    if before and after and (after.same_site or "").lower() == "strict" != (before.same_site or "").lower():
        yield Hit(attribute(new, after, "samesite"), "links from elsewhere arrive without the session cookie")


@rule(
    "SAMESITE-05",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in through another site",
        "from the next sign-in on",
        "come back from the provider and are not recognised",
        What.SSO_RETURN,
    ),
    catalogue=("DJ-11", "OI-11"),
    sources=(
        _DRAFT + "#section-5.2",
        "https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html",
        "measured: django-sessions, SameSite in Chromium",
    ),
)
def lax_with_return_by_post(new: Configuration) -> Hits:
    """The provider answers with a form, and the session cookie does not come along with forms of another site.

    Why: with `response_mode=form_post`, as with SAML, the browser posts the answer from the provider's page. It leaves
    a Lax cookie at home then, and one without SameSite too, which counts as Lax after two minutes at the latest. The
    service finds no state for the answer, and refuses it.

    Fix: use SameSite=None with Secure for the session cookie, or let the provider answer by redirect (`query`).
    """
    cookie, mode = new.cookie("session"), new.flow("single-sign-on-answer")
    if cookie is None or cookie.same_site is None or mode is None or mode.values != ("form_post",):
        return
    if cookie.same_site.lower() in ("", "lax") and not _same_host(new):
        word = cookie.same_site or "without SameSite"
        yield Hit(attribute(new, cookie, "samesite"), f"the session cookie is {word}, and the provider answers by POST")


RULES = (none_without_secure, no_such_word, strict_with_single_sign_on, becomes_strict, lax_with_return_by_post)
