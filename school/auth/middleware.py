"""Judges the session of every request that presents one, and says in the log whether and why it was honoured."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from school.auth.binding import KEY, Verdict, judge
from school.auth.models import Account, account_of
from school.middleware import Respond, route_of
from school.service import current, note_person, record, visitor_of

# Other services ask these with tokens; a cookie that comes along is not what they go by.
_MACHINE_ROUTES = frozenset(
    f"oauth2_provider:{name}"
    for name in ("token", "revoke-token", "user-info", "jwks-info", "oidc-connect-discovery-info")
)


class Reason(StrEnum):
    OK = "ok"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"
    NETWORK_CHANGED = "network-changed"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Judgement:
    reason: Reason
    person: str | None


class SessionGuard:
    """Stands behind Django's authentication.

    A session that left its network is treated as nobody's for this request, but kept: ending it would let whoever
    copied a cookie sign its owner out.
    """

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        route = route_of(request)
        if not cookie or route in _MACHINE_ROUTES:
            return self._respond(request)
        judgement = _judge(request, cookie)
        if judgement.reason is Reason.NETWORK_CHANGED:
            request.user = AnonymousUser()
        accepted = judgement.reason is Reason.OK
        note_person(request, judgement.person)
        record(
            request,
            "session",
            outcome="accepted" if accepted else "rejected",
            reason=judgement.reason,
            person=judgement.person,
            session=current().events.session(cookie),
            source=current().events.source(visitor_of(request).address),
            agent=visitor_of(request).agent,
            route=route,
        )
        return self._respond(request)


def _judge(request: HttpRequest, cookie: str) -> Judgement:
    # Looked at before request.user: Django empties a session whose person it refuses.
    stored, owner = request.session.get(KEY), request.session.get(SESSION_KEY)
    if owner is None:
        return Judgement(_why_empty(request.session, cookie), None)
    account = account_of(request)
    if account is None:
        return _refused(owner)
    person = current().events.person(account.username)
    if judge(stored, visitor_of(request).address, network_hash) is Verdict.NETWORK_CHANGED:
        return Judgement(Reason.NETWORK_CHANGED, person)
    return Judgement(Reason.OK, person)


def network_hash(network: str) -> str:
    return current().events.hash("binding", network)


def _refused(owner: str) -> Judgement:
    """Django refused the session's person: barred from signing in, or the password changed since."""
    account = Account.objects.filter(pk=owner).first()
    if account is None:
        return Judgement(Reason.UNKNOWN, None)
    reason = Reason.UNKNOWN if account.is_active else Reason.INACTIVE
    return Judgement(reason, current().events.person(account.username))


def _why_empty(session: SessionBase, cookie: str) -> Reason:
    """Why a presented cookie gave no person; a cache keeps no row to ask, so there it is always unknown."""
    if settings.SESSION_ENGINE.endswith(".cache"):
        return Reason.UNKNOWN
    row = Session.objects.filter(pk=cookie).first()
    if row is None:
        return Reason.UNKNOWN
    if row.expire_date <= timezone.now():
        return Reason.EXPIRED
    return Reason.UNREADABLE if not session.decode(row.session_data) else Reason.UNKNOWN
