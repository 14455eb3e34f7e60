"""Who is signed in: a session in, the account or a named refusal out; the provider is asked again now and then."""

import time
from collections.abc import Callable
from functools import cache, wraps
from typing import Concatenate, ParamSpec, Protocol
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from school.middleware import route_of
from school.portal.models import Account
from school.portal.settings import CONFIG, SECRET_KEY, SECRET_KEY_FALLBACKS, SESSION_COOKIE_NAME
from school.portal.sign_in.provider import Claims, Provider
from school.portal.sign_in.recheck import is_due
from school.portal.sign_in.sealing import SealBroken, Sealer, Tokens
from school.portal.sign_in.store import Refusal, SessionStore
from school.service import current, note_person, record, source_of, visitor_of

P = ParamSpec("P")

_ACCOUNT, _PERSON, _CHECKED_AT, _TOKENS = "account", "person", "checked_at", "tokens"


@cache
def provider() -> Provider:
    secret = CONFIG.sign_in.client_secret_file.read_text(encoding="utf-8").strip()
    return Provider(CONFIG.sign_in, secret)


@cache
def sealer() -> Sealer:
    return Sealer([SECRET_KEY, *SECRET_KEY_FALLBACKS])


def begin(request: HttpRequest, account: Account, person: str, tokens: Tokens) -> None:
    """Binds the session to the account under a new key, so that a key planted beforehand is worth nothing."""
    session = request.session
    if session.get(_ACCOUNT) not in (None, account.pk):
        session.flush()
    session.cycle_key()
    session.update({_ACCOUNT: account.pk, _PERSON: person, _CHECKED_AT: time.time(), _TOKENS: sealer().seal(tokens)})


def end(request: HttpRequest) -> tuple[str | None, Tokens | None]:
    """Ends the session; returns whose it was (hashed) and its tokens, which the provider wants to see at sign-out."""
    person = request.session.get(_PERSON)
    tokens = _opened(request.session)
    request.session.flush()
    return person, tokens


def account_of(claims: Claims) -> Account:
    """The account of the subject, created when it is new, renamed when the provider says so."""
    said = {"name": claims.name, "role": claims.role.value}
    account, _ = Account.objects.update_or_create(
        subject=claims.subject, defaults={**said, "signed_in_at": timezone.now()}
    )
    return account


class View(Protocol[P]):
    """A view as the address table calls it."""

    def __call__(self, request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase: ...


def signed_in(view: Callable[Concatenate[HttpRequest, Account, P], HttpResponseBase]) -> View[P]:
    """The view gets the account of who is signed in; anybody else is sent to sign in and then back to the page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = _viewer(request)
        if account is not None:
            return view(request, account, *args, **kwargs)
        back = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("courses")
        return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': back})}")

    return guarded


def _viewer(request: HttpRequest) -> Account | None:
    cookie = request.COOKIES.get(SESSION_COOKIE_NAME)
    if not cookie:
        return None
    session = request.session
    person = session.get(_PERSON)
    note_person(request, person)
    judged = _judge(request)
    if isinstance(judged, Account):
        _record(request, cookie, person, None)
        return judged
    if judged is not None:
        _record(request, cookie, person, judged)
        if person is not None:
            session.flush()
    return None


def _judge(request: HttpRequest) -> Account | Refusal | None:
    """The account; the refusal of what is not a good session; None when somebody is only on the way to sign in."""
    session = request.session
    account_id = session.get(_ACCOUNT)
    if account_id is None:
        refusal = session.refusal if isinstance(session, SessionStore) else None
        return refusal or (None if session.keys() else Refusal.UNKNOWN)
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        return Refusal.INACTIVE
    if not is_due(session.get(_CHECKED_AT, 0), time.time(), CONFIG.sign_in.recheck_seconds):
        return account
    return _recheck(session, account)


def _recheck(session: SessionBase, account: Account) -> Account | Refusal:
    """Asks the provider whether the sign-in still stands. Raises ProviderFault."""
    tokens = _opened(session)
    if tokens is None:
        return Refusal.UNREADABLE
    claims = provider().ask(tokens)
    if claims is None:
        claims = _ask_with_fresh_tokens(session, tokens)
    if claims is None or claims.subject != account.subject:
        return Refusal.ENDED_AT_PROVIDER
    session[_CHECKED_AT] = time.time()
    if (account.name, account.role) != (claims.name, claims.role.value):
        account.name, account.role = claims.name, claims.role.value
        account.save(update_fields=["name", "role"])
    return account


def _ask_with_fresh_tokens(session: SessionBase, tokens: Tokens) -> Claims | None:
    fresh = provider().refresh(tokens)
    if fresh is None:
        # A refresh token works once. A parallel request of the same browser may just have used it.
        fresh = _opened(SessionStore(session.session_key))
        if fresh is None or fresh == tokens:
            return None
    claims = provider().ask(fresh)
    session[_TOKENS] = sealer().seal(fresh)
    return claims


def _opened(session: SessionBase) -> Tokens | None:
    try:
        return sealer().open(session.get(_TOKENS, ""))
    except SealBroken:
        return None


def _record(request: HttpRequest, cookie: str, person: str | None, refusal: Refusal | None) -> None:
    record(
        request,
        "session",
        outcome="rejected" if refusal else "accepted",
        reason=refusal.value if refusal else "ok",
        person=person,
        session=current().events.session(cookie),
        source=source_of(request),
        agent=visitor_of(request).agent,
        route=route_of(request),
    )
