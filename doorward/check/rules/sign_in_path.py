"""The way of a request: middleware that knows the person, and backends that check the password."""

from __future__ import annotations

from doorward.check.rule import ALL_BUT_STRANGERS, EVERY_FORM, EVERY_PASSWORD, EVERYTHING, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.fact import Flow
from doorward.model.finding import Difference, Effect, Severity, What

_SESSIONS = "https://docs.djangoproject.com/en/5.2/topics/http/sessions/#enabling-sessions"
_MIDDLEWARE = "https://docs.djangoproject.com/en/5.2/ref/middleware/#middleware-ordering"
_BACKENDS = "https://docs.djangoproject.com/en/5.2/topics/auth/customizing/#specifying-authentication-backends"
_ERROR_PAGE = effect("everyone", "at once", "gets an error page (500), whatever the page", *EVERYTHING)
_SIGNED_OUT = effect("everyone signed in", "at once", "is signed out", What.EXISTING_SESSION)

_SOME_SIGNED_OUT = effect("people who signed in that way", "at once", "are signed out", What.EXISTING_SESSION)
_VOUCHED = effect(
    "people who sign in through the provider", "at once", "are signed out and cannot come back", What.SSO_RETURN
)


def _roles(configuration: Configuration) -> tuple[str, ...]:
    flow = configuration.flow("middleware-roles")
    return (flow.values or ()) if flow else ()


@rule(
    "PATH-01",
    severity=Severity.OUTAGE,
    effect=_ERROR_PAGE,
    catalogue=("DJ-35",),
    sources=(_MIDDLEWARE, "measured: django-sessions, session middleware removed or misordered"),
)
def person_before_session(new: Configuration) -> Hits:
    """The middleware that knows the person runs without a session.

    Why: it looks up the person in the session, which the session middleware puts there before. Without it, or before
    it, every request ends in an error page.

    Fix: put SessionMiddleware into MIDDLEWARE, above AuthenticationMiddleware.
    """
    flow, roles = new.flow("middleware"), _roles(new)
    if flow is None or "auth" not in roles:
        return
    if "session" not in roles:
        yield Hit(flow.where, "AuthenticationMiddleware stands without SessionMiddleware")
    elif roles.index("auth") < roles.index("session"):
        yield Hit(flow.where, "AuthenticationMiddleware stands above SessionMiddleware")


@rule(
    "PATH-02",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at the next start", "gets no answer", What.START, *EVERYTHING),
    catalogue=("DJ-35",),
    sources=(_MIDDLEWARE,),
)
def middleware_missing(new: Configuration) -> Hits:
    """A middleware cannot be imported.

    Why: the server builds the chain of middleware before it answers the first request, and ends when one is missing.

    Fix: mend the path, or install the package that it comes from.
    """
    flow = new.flow("middleware")
    for broken in flow.broken if flow else ():
        assert flow is not None
        yield Hit(flow.where, broken)


@rule(
    "PATH-03",
    severity=Severity.OUTAGE,
    effect=_ERROR_PAGE,
    catalogue=("DJ-35",),
    sources=(_SESSIONS, "measured: django-sessions, session middleware removed"),
)
def taken_out(old: Configuration, new: Configuration) -> Hits:
    """The middleware of sessions or of people is taken out.

    Why: pages that ask who the visitor is end in an error page.

    Fix: put it back.
    """
    flow, before, after = new.flow("middleware"), _roles(old), _roles(new)
    for role, name in (("session", "SessionMiddleware"), ("auth", "AuthenticationMiddleware")):
        if flow and after and role in before and role not in after and not (role == "session" and "auth" in after):
            yield Hit(flow.where, f"{name} is taken out")


@rule(
    "PATH-04",
    severity=Severity.OUTAGE,
    effect=_SIGNED_OUT,
    catalogue=("DJ-38",),
    sources=(_BACKENDS, "measured: django-sessions, AUTHENTICATION_BACKENDS replaced by a subclass"),
)
def backend_replaced(old: Configuration, new: Configuration) -> Hits:
    """A way to sign in is taken out or renamed.

    Why: each session names the backend that made it. When that is not on the list any more, the session counts as
    anonymous, even if the new backend does the same.

    Fix: add the new backend and keep the old one until its sessions have ended.
    """
    before, after = old.flow("backends"), new.flow("backends")
    if before is None or after is None or before.values is None or after.values is None:
        return
    gone = [backend for backend in before.values if backend not in after.values]
    if not gone:
        return
    change = Difference(after.where.pointer, ", ".join(before.values), ", ".join(after.values))
    message = f"sessions made by {', '.join(gone)} are dropped"
    if len(gone) == len(before.values):
        yield Hit(after.where, message, change)
    else:
        some = _VOUCHED if all(_role(old, backend) == "provider" for backend in gone) else _SOME_SIGNED_OUT
        yield Hit(after.where, message, change, Severity.PARTIAL, some)


def _role(configuration: Configuration, backend: str) -> str:
    """What kind of backend it is, its own name where that is not known."""
    names, roles = configuration.flow("backends"), configuration.flow("backend-roles")
    known = dict(zip((names.values or ()) if names else (), (roles.values or ()) if roles else (), strict=False))
    return known.get(backend, backend)


@rule(
    "PATH-05",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "at once", "cannot sign in", *EVERY_FORM),
    catalogue=("DJ-39",),
    sources=(_BACKENDS, "measured: django-sessions, AUTHENTICATION_BACKENDS empty or only RemoteUser"),
)
def no_way_in(new: Configuration) -> Hits:
    """No backend can check who signs in.

    Why: with an empty list, or a backend that cannot be imported, the sign-in form ends in an error page.

    Fix: name a backend that exists, usually `django.contrib.auth.backends.ModelBackend`.
    """
    flow = new.flow("backends")
    if flow is None or flow.values is None:
        return
    if not flow.values:
        yield Hit(flow.where, "the list of backends is empty")
    for broken in flow.broken:
        yield Hit(flow.where, broken)


@rule(
    "PATH-06",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in with a password", "at once", "is told that it is wrong", *EVERY_PASSWORD),
    catalogue=("DJ-38", "DJ-39"),
    sources=(_BACKENDS, "measured: django-sessions, AUTHENTICATION_BACKENDS empty or only RemoteUser"),
)
def passwords_unchecked(old: Configuration, new: Configuration) -> Hits:
    """Nothing checks passwords any more.

    Why: a backend that checked passwords is gone, and those that are left sign people in by other means.

    Fix: keep a backend for passwords as long as people sign in with them.
    """
    before, after = _password(old.flow("backend-roles")), _password(new.flow("backend-roles"))
    left = new.flow("backend-roles")
    if before and not after and left and left.values and set(left.values) <= {"remote-user", "provider"}:
        yield Hit(left.where, "no backend checks passwords any more", effect=_sso_too(old, new))


def _sso_too(old: Configuration, new: Configuration) -> Effect | None:
    """Where a provider's backend goes too, nobody comes back from it either."""
    before, after = old.flow("backend-roles"), new.flow("backend-roles")
    vouched = [bool(flow and "provider" in (flow.values or ())) for flow in (before, after)]
    who = effect("everyone who signs in, by password or through the provider", "at once", "is refused", *EVERY_FORM)
    return who if vouched == [True, False] else None


def _password(flow: Flow | None) -> bool:
    return bool(flow and "password" in (flow.values or ()))


@rule(
    "PATH-07",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "has no account any more", *ALL_BUT_STRANGERS),
    catalogue=("DJ-45", "OI-17"),
    sources=(
        "https://docs.djangoproject.com/en/5.2/topics/auth/customizing/#changing-to-a-custom-user-model-mid-project",
    ),
)
def other_accounts(old: Configuration, new: Configuration) -> Hits:
    """Accounts are of another kind.

    Why: they lie in another table, which holds none of the people who signed in until now.

    Fix: move the accounts first; Django has no tool for it.
    """
    before, after = old.flow("user-model"), new.flow("user-model")
    if before and after and before.values and after.values and before.values != after.values and not after.broken:
        change = Difference(after.where.pointer, before.values[0], after.values[0])
        yield Hit(after.where, f"accounts are {after.values[0]}, and were {before.values[0]}", change)


RULES = (
    person_before_session,
    middleware_missing,
    taken_out,
    backend_replaced,
    no_way_in,
    passwords_unchecked,
    other_accounts,
)
