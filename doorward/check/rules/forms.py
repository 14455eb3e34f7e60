"""Forms and the token that guards them: will the sign-in form be accepted when it is sent?"""

from __future__ import annotations

from doorward.check.places import attribute, place
from doorward.check.proxy_belief import knows_itself
from doorward.check.rule import EVERY_FORM, EVERY_NEW_FORM, EVERY_PASSWORD, Hit, Hits, effect, rule
from doorward.check.web_address import cookie_domain_covers, host_of, is_http, origin_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie
from doorward.model.finding import Difference, Severity, What

_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_CSRF = "https://docs.djangoproject.com/en/5.2/ref/csrf/"
# Showing a form takes the browser's former cookie away; a form that was opened before is sent with it.
_AGE = (What.STALE_COOKIE_SIGN_IN, *EVERY_NEW_FORM)
_EVERY_OLD_FORM = effect(
    "people with a form open, and those who were here before",
    "at once",
    "find forms refused (403)",
    What.OPEN_FORM,
    What.STALE_COOKIE_SIGN_IN,
)
_REFUSED_LATER = effect("whoever runs migrations", "at the next manage.py command", "is stopped by 4_0.E001")
_NOT_NEEDED = effect("nobody, as long as the service knows its own address", "at once", "notices it")


@rule(
    "FORM-01",
    severity=Severity.PARTIAL,
    effect=effect("people with a form open", "at once, once each", "lose what they wrote (403)", What.OPEN_FORM),
    catalogue=("DJ-27",),
    sources=(_SETTINGS + "#csrf-cookie-name", "measured: django-sessions, CSRF_COOKIE_NAME, CSRF_USE_SESSIONS"),
)
def token_elsewhere(old: Configuration, new: Configuration) -> Hits:
    """The token of forms is looked for elsewhere.

    Why: a form that was opened before the change carries a token whose other half the service no longer finds. It is
    refused once, with what was written in it; a form opened afterwards works.

    Fix: keep the name and the place, or change them at a quiet hour.
    """
    before, after = old.cookie("csrf"), new.cookie("csrf")
    if before is None or after is None:
        return
    if before.in_session != after.in_session:
        told = {True: "in the session", False: "in a cookie"}
        change = Difference("CSRF_USE_SESSIONS", told[before.in_session], told[after.in_session])
        message = f"the token of forms is {told[after.in_session]}, and was {told[before.in_session]}"
        yield Hit(place(new, "CSRF_USE_SESSIONS", after.where.path), message, change)
    elif before.name and after.name and before.name != after.name and not after.in_session:
        change = Difference(after.where.pointer, before.name, after.name)
        hurt = _EVERY_OLD_FORM if _is_dropped(new, after) else None
        yield Hit(after.where, f"the form cookie is renamed from {before.name} to {after.name}", change, effect=hurt)


def _is_dropped(new: Configuration, cookie: Cookie) -> bool:
    """Whether other rules say that browsers do not take the new one: then no former cookie helps out either."""
    name, public = (cookie.name or "").lower(), new.endpoint("public")
    if name.startswith("__host-") and (cookie.domain or cookie.path not in ("/", None)):
        return True
    if cookie.secure is False and (name.startswith(("__host-", "__secure-")) or cookie.same_site == "None"):
        return True
    host = host_of(public.url) if public and public.url else ""
    plain = bool(cookie.secure and public and is_http(public.url))
    return plain or bool(cookie.domain and host and not cookie_domain_covers(cookie.domain, host))


@rule(
    "FORM-02",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next form on", "finds the form refused (403)", *_AGE),
    catalogue=("DJ-28",),
    sources=(_SETTINGS + "#csrf-cookie-age", "measured: django-sessions"),
)
def cookie_ends_at_once(new: Configuration) -> Hits:
    """The form cookie ends as it is set.

    Why: with an age of 0 or less the browser drops the cookie, and every form is refused for want of it.

    Fix: leave the age at its default of a year, or set it to None for a cookie that ends with the browser.
    """
    cookie = new.cookie("csrf")
    if cookie and cookie.life_s is not None and cookie.life_s <= 0 and not cookie.in_session:
        yield Hit(attribute(new, cookie, "age"), f"the form cookie lives {cookie.life_s} s")


@rule(
    "FORM-03",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at the next manage.py command, and at every form", "finds forms refused", *EVERY_FORM),
    catalogue=("DJ-25",),
    sources=(_SETTINGS + "#csrf-trusted-origins", "https://docs.djangoproject.com/en/5.2/ref/checks/ (4_0.E001)"),
)
def origin_without_scheme(new: Configuration) -> Hits:
    """A trusted origin has no scheme.

    Why: since Django 4.0 an origin without `https://` matches nothing: forms that come from it are refused, and the
    framework's own checks stop migrations and other commands.

    Fix: write the scheme before the host: `https://portal.example.com`.
    """
    flow = new.flow("trusted-origins")
    public = new.endpoint("public")
    host = host_of(public.url) if public else ""
    for origin in (flow.values or ()) if flow else ():
        if "://" in origin:
            continue
        assert flow is not None
        needed = not host or (origin.partition(":")[0].lstrip("*.") in host and not knows_itself(new))
        yield Hit(
            flow.where,
            f"the trusted origin {origin} has no scheme",
            severity=None if needed else Severity.LATENT,
            effect=None if needed else _REFUSED_LATER,
        )


@rule(
    "FORM-04",
    severity=Severity.PARTIAL,
    effect=effect("people whose forms come by that origin", "at once", "find every form refused (403)", *EVERY_FORM),
    catalogue=("DJ-24",),
    sources=(_CSRF + "#how-it-works", _SETTINGS + "#csrf-trusted-origins"),
)
def origin_removed(old: Configuration, new: Configuration) -> Hits:
    """An origin is not trusted any more.

    Why: where the proxy rewrites the host or ends TLS, forms are accepted only for being on this list.

    Fix: put the origin back unless nobody comes by it any more.
    """
    before, after = old.flow("trusted-origins"), new.flow("trusted-origins")
    if before is None or after is None or before.values is None or after.values is None:
        return
    public = new.endpoint("public")
    for origin in before.values:
        if origin not in after.values:
            is_public = bool(public and public.url and origin_of(public.url) == origin.lower())
            message = f"forms from {origin} are not trusted any more"
            if is_public and knows_itself(new):
                yield Hit(after.where, message, severity=Severity.NOTE, effect=_NOT_NEEDED)
            else:
                yield Hit(after.where, message, severity=Severity.OUTAGE if is_public else None)


@rule(
    "FORM-05",
    severity=Severity.OUTAGE,
    effect=effect("everyone who opens a form anew", "from the next form on", "finds it refused (403)", *_AGE),
    catalogue=(),
    sources=(
        _CSRF + "#how-it-works",
        "https://fetch.spec.whatwg.org/#origin-header",
        "measured: bench check_django",
    ),
)
def no_referrer(new: Configuration) -> Hits:
    """Browsers are told to keep the origin of forms to themselves.

    Why: under the policy `no-referrer` a browser sends `Origin: null` with a form, and no referrer. Django refuses
    every form whose origin it does not know.

    Fix: use `same-origin`, which is the default, or `strict-origin-when-cross-origin`.
    """
    flow, roles = new.flow("referrer-policy"), new.flow("middleware-roles")
    if flow is None or not flow.values or (roles and not {"https", "csrf"} <= set(roles.values or ())):
        return
    if flow.values[0].rpartition(",")[2].strip() == "no-referrer":
        yield Hit(flow.where, "forms are sent with the origin null, which is refused")


_ANSWERS_TOO = effect("everyone who signs in", "at once", "finds the form refused (400)", *EVERY_FORM)
_LEAST_FIELDS = 3
_LEAST_BYTES = 100
"""A token of 64 signs, a name and a password, each with the name of its field."""


@rule(
    "FORM-06",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "at once", "finds the form refused (400)", *EVERY_PASSWORD),
    catalogue=(),
    sources=(_SETTINGS + "#data-upload-max-number-fields", "measured: bench check_django"),
)
def form_does_not_fit(new: Configuration) -> Hits:
    """The sign-in form is larger than what the service takes.

    Why: token, name and password are three fields, and more than a hundred bytes. Django refuses a form above its
    limits before anybody reads it.

    Fix: leave the limits at their defaults (1000 fields, 2.5 MB), or well above the largest form.
    """
    for name, least, unit in (("most-fields", _LEAST_FIELDS, "fields"), ("most-bytes", _LEAST_BYTES, "bytes")):
        flow = new.flow(name)
        if flow and flow.values and int(flow.values[0]) < least:
            # The answer of a provider has two fields, code and state, and is counted too.
            hurt = _ANSWERS_TOO if unit == "fields" and int(flow.values[0]) < 2 else None
            yield Hit(flow.where, f"forms of more than {flow.values[0]} {unit} are refused", effect=hurt)


RULES = (
    token_elsewhere,
    cookie_ends_at_once,
    origin_without_scheme,
    origin_removed,
    no_referrer,
    form_does_not_fit,
)
