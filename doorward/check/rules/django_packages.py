"""Django's neighbours: packages whose settings decide whether sign-in through them can succeed."""

from __future__ import annotations

import json

from doorward.check.places import place
from doorward.check.rule import EVERY_FORM, EVERYTHING, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Flow
from doorward.model.finding import Difference, Severity, What

_OIDC = "https://mozilla-django-oidc.readthedocs.io/en/stable/settings.html"
_ALLAUTH = "https://docs.allauth.org/en/latest/account/configuration.html"
_NEEDED = (
    "OIDC_RP_CLIENT_ID",
    "OIDC_RP_CLIENT_SECRET",
    "OIDC_OP_AUTHORIZATION_ENDPOINT",
    "OIDC_OP_TOKEN_ENDPOINT",
    "OIDC_OP_USER_ENDPOINT",
)
_AGREED = (
    "OIDC_RP_CLIENT_ID",
    "OIDC_RP_CLIENT_SECRET",
    "OIDC_RP_SIGN_ALGO",
    "OIDC_OP_AUTHORIZATION_ENDPOINT",
    "OIDC_OP_TOKEN_ENDPOINT",
    "OIDC_OP_USER_ENDPOINT",
    "OIDC_OP_JWKS_ENDPOINT",
)
_MAIL_THAT_GOES_NOWHERE = ("backends.console.", "backends.dummy.", "backends.locmem.")
_FORM_ACTIONS = ("CONTENT_SECURITY_POLICY.DIRECTIVES.form-action", "CSP_FORM_ACTION", "SECURE_CSP.form-action")
_NOT_SENT = effect("everyone who signs in through the provider", "at once", "gets an error page (500)", What.SSO_RETURN)
_OWN_ONLY = frozenset(("'self'", "'none'"))


def _lists(configuration: Configuration, name: str) -> tuple[str, ...]:
    flow = configuration.flow(name)
    return (flow.values or ()) if flow else ()


def _has(configuration: Configuration, app: str) -> bool:
    return any(name == app or name.startswith(app + ".") for name in _lists(configuration, "apps"))


@rule(
    "DJANGO-01",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who signs in, also with a password",
        "from the next sign-in on",
        "gets an error page (500)",
        *EVERY_FORM,
    ),
    catalogue=("DJ-46",),
    sources=(_OIDC, "https://github.com/mozilla/mozilla-django-oidc: mozilla_django_oidc/auth.py"),
)
def provider_half_told(new: Configuration) -> Hits:
    """mozilla-django-oidc lacks a setting that it cannot do without.

    Why: the package looks for its settings when someone signs in, not at the start. For RS and ES algorithms it needs
    the provider's keys: OIDC_OP_JWKS_ENDPOINT, or one key in OIDC_RP_IDP_SIGN_KEY. Django makes every backend before
    it asks the first one, so that a sign-in with a password ends in the same error page.

    Fix: set what is missing, from the provider's discovery document.
    """
    flow = new.flow("backends")
    if flow is None or not _asks_provider(new):
        return
    for name in _NEEDED:
        if new.setting(name) is None:
            hurt = _NOT_SENT if name == "OIDC_OP_AUTHORIZATION_ENDPOINT" else None
            yield Hit(place(new, name, flow.where.path), f"{name} is not set", effect=hurt)
    algorithm = new.setting("OIDC_RP_SIGN_ALGO")
    keys = [new.setting(name) for name in ("OIDC_OP_JWKS_ENDPOINT", "OIDC_RP_IDP_SIGN_KEY")]
    if algorithm and algorithm.shown and algorithm.shown.startswith(("RS", "ES")) and not any(keys):
        yield Hit(algorithm.where, f"{algorithm.shown} needs the provider's keys, and neither setting names them")


def _asks_provider(configuration: Configuration) -> bool:
    """Whether a backend of mozilla-django-oidc, or one of the project that is made from it, is on the list."""
    roles = _lists(configuration, "backend-roles")
    return "provider" in roles and _has(configuration, "mozilla_django_oidc")


@rule(
    "DJANGO-02",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose address is not confirmed",
        "from the next sign-in on",
        "are told to look for a mail that never comes",
        What.NEW_SIGN_IN,
        What.RECOVERY,
    ),
    catalogue=("DJ-47",),
    sources=(_ALLAUTH,),
)
def confirmation_never_comes(new: Configuration) -> Hits:
    """Addresses must be confirmed by a mail that goes nowhere.

    Why: with `mandatory`, allauth lets nobody in whose address is not confirmed, and the mail backend sends nothing.

    Fix: use a backend that sends, or `optional`.
    """
    wanted, mail, debug = new.setting("ACCOUNT_EMAIL_VERIFICATION"), new.flow("mail-backend"), new.flow("debug")
    if not _is_mandatory(wanted) or not _has(new, "allauth.account") or debug is None or debug.values != ("off",):
        return
    if wanted and mail and mail.values and any(mark in mail.values[0] for mark in _MAIL_THAT_GOES_NOWHERE):
        yield Hit(wanted.where, f"addresses must be confirmed, and mail goes to {mail.values[0]}")


@rule(
    "DJANGO-03",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose address is not confirmed",
        "from the next sign-in on",
        "are stopped until they have answered a mail",
        What.NEW_SIGN_IN,
    ),
    catalogue=("DJ-47",),
    sources=(_ALLAUTH,),
)
def confirmation_demanded(old: Configuration, new: Configuration) -> Hits:
    """Addresses must be confirmed from now on.

    Why: accounts from before have addresses that nobody confirmed. Their people are stopped at the next sign-in, and
    those whose address has changed since stay out.

    Fix: count the accounts without a confirmed address first, and write to them.
    """
    before, after = old.setting("ACCOUNT_EMAIL_VERIFICATION"), new.setting("ACCOUNT_EMAIL_VERIFICATION")
    unknown = before is not None and before.shown is None
    if after and _is_mandatory(after) and not _is_mandatory(before) and not unknown and _has(old, "allauth.account"):
        change = Difference(after.where.pointer, before.shown if before else None, after.shown)
        yield Hit(after.where, "nobody signs in any more without a confirmed address", change)


def _is_mandatory(setting: Setting | None) -> bool:
    return bool(setting and setting.shown and setting.shown.lower().endswith("mandatory"))


@rule(
    "DJANGO-04",
    severity=Severity.PARTIAL,
    effect=effect(
        "people with a browser that holds redirects to the rule (Chrome, Edge, Safari)",
        "from the next sign-in on",
        "press the button, and nothing happens",
        What.SSO_RETURN,
        What.NEW_SIGN_IN,
    ),
    catalogue=("CC-11",),
    sources=(
        "https://github.com/django-oauth/django-oauth-toolkit/issues/1623",
        "https://github.com/w3c/webappsec-csp/issues/8",
    ),
)
def forms_may_not_leave(new: Configuration) -> Hits:
    """The content policy lets no form end at another host, and sign-in must.

    Why: a sign-in between two hosts is a form whose answer is a redirect to the other one. Some browsers hold that
    redirect to `form-action` and stop it without a word.

    Fix: add the origins of the other side to `form-action`, on those pages at least.
    """
    sides = [flow for flow in new.facts_of(Flow) if flow.name in ("single-sign-on-provider", "single-sign-on-client")]
    if not any(flow.name.endswith("provider") or "allauth.socialaccount" in (flow.values or ()) for flow in sides):
        return
    for pointer in _FORM_ACTIONS:
        setting = new.setting(pointer)
        allowed = _texts(setting)
        if setting and allowed and set(allowed) <= _OWN_ONLY:
            yield Hit(setting.where, f"form-action allows {', '.join(allowed)} alone")


def _texts(setting: Setting | None) -> tuple[str, ...]:
    """The texts of a setting that is shown as a list or as one text; () when it is unknown."""
    if setting is None or not setting.shown:
        return ()
    if not setting.shown.startswith("["):
        return tuple(setting.shown.split())
    items = json.loads(setting.shown)
    return tuple(str(item) for item in items) if None not in items else ()


@rule(
    "DJANGO-05",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "finds a page that says that work is going on (503)", *EVERYTHING),
    catalogue=("CC-10",),
    sources=("https://github.com/fabiocaccamo/django-maintenance-mode",),
)
def closed_for_work(new: Configuration) -> Hits:
    """The service is closed for maintenance.

    Why: django-maintenance-mode answers every page with 503 while MAINTENANCE_MODE is on. A setting that was switched
    on for one evening is shipped again with the next deploy.

    Fix: switch it off, and use its command for the next time: it is not kept in the code.
    """
    setting = new.setting("MAINTENANCE_MODE")
    closes = any("MaintenanceModeMiddleware" in name for name in _lists(new, "middleware"))
    if setting and setting.shown == "true" and closes:
        yield Hit(setting.where, "every page answers that the service is closed")


@rule(
    "DJANGO-06",
    severity=Severity.NOTE,
    effect=effect("everyone", "when something else goes wrong", "can have a session stolen, or sees the code"),
    catalogue=("DJ-49",),
    sources=("https://docs.djangoproject.com/en/5.2/howto/deployment/checklist/",),
)
def open_to_view(new: Configuration) -> Hits:
    """A setting of development is on where people sign in.

    Why: it stops nobody from signing in. With HTTPONLY off a script in a page can read the session cookie; with DEBUG
    on an error page shows the settings and the code.

    Fix: take it out of the settings of the service that people use.
    """
    readable, public = new.setting("SESSION_COOKIE_HTTPONLY"), new.endpoint("public")
    if readable and readable.shown == "false":
        yield Hit(readable.where, "scripts can read the session cookie")
    flow = new.flow("debug")
    if flow and flow.values == ("on",) and public and (public.url or "").startswith("https://"):
        yield Hit(flow.where, f"DEBUG is on at {public.url}")


@rule(
    "DJANGO-07",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who signs in through the provider",
        "from the next sign-in on",
        "is sent back without an identity, and refused",
        What.SSO_RETURN,
    ),
    catalogue=("OI-07",),
    sources=("https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest", _OIDC),
)
def asks_for_no_identity(new: Configuration) -> Hits:
    """The scopes that are asked for leave out `openid`.

    Why: without it the provider sends no ID token. Scopes are parted by spaces: with commas they are one scope that
    nobody knows.

    Fix: `OIDC_RP_SCOPES = "openid email"`.
    """
    setting = new.setting("OIDC_RP_SCOPES")
    asks = _texts(setting)
    if setting and asks and "openid" not in asks and _asks_provider(new):
        yield Hit(setting.where, f"the scopes {' '.join(asks)} lack openid")


@rule(
    "DJANGO-08",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in through the provider",
        "from the next sign-in on",
        "are refused, if the provider does not change at the same time",
        What.SSO_RETURN,
    ),
    catalogue=("DJ-46", "OI-08"),
    sources=(_OIDC, "https://www.rfc-editor.org/rfc/rfc6749#section-5.2", "measured: bench check_django"),
)
def agreed_on_one_side(old: Configuration, new: Configuration) -> Hits:
    """What the service and its provider agreed on changes on this side.

    Why: the provider knows the client by its id and secret, and signs as it was set to; the service asks at the
    addresses that are written here. mozilla-django-oidc looks nothing up: what differs from the provider ends each
    sign-in through it, after people have given the right password there.

    Fix: change both sides together, at a quiet hour; where the provider takes two secrets, add the new one there first.
    """
    if not (_asks_provider(old) and _asks_provider(new)):
        return
    for name in _AGREED:
        before, after = old.setting(name), new.setting(name)
        if before and after and before.shown and after.shown and before.shown != after.shown:
            change = Difference(name, before.shown, after.shown)
            yield Hit(after.where, f"{name} changes, and the provider may still have the former one", change)


RULES = (
    provider_half_told,
    confirmation_never_comes,
    confirmation_demanded,
    forms_may_not_leave,
    closed_for_work,
    open_to_view,
    asks_for_no_identity,
    agreed_on_one_side,
)
