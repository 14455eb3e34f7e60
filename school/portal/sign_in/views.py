"""The four pages of signing in and out: to the provider, back from it, sign-out, signed out."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from school.portal.settings import CONFIG
from school.portal.sign_in import presence
from school.portal.sign_in.provider import ProviderFault, SignInFailure, SignInRefused
from school.service import current, record, source_of, visitor_of

_NEXT = "next"


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sends the browser to the provider. A provider that cannot be found fails the sign-in at once, with a 500."""
    try:
        response = presence.provider().authorize(request, _absolute("callback"))
    except ProviderFault:
        _record_failure(request, SignInFailure.PROVIDER_ERROR)
        raise
    request.session[_NEXT] = _own_address(request.GET.get("next", ""))
    return response


@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Takes the person back from the provider with a code."""
    try:
        tokens, claims = presence.provider().exchange(request)
    except ProviderFault:
        _record_failure(request, SignInFailure.PROVIDER_ERROR)
        raise
    except SignInRefused as refused:
        return _refuse(request, refused)
    person = current().events.person(claims.username)
    account = presence.account_of(claims)
    if not account.is_active:
        _record_failure(request, SignInFailure.INACTIVE, person)
        return render(request, "portal/not_signed_in.html", {"reason": SignInFailure.INACTIVE}, status=403)
    goal = _own_address(request.session.pop(_NEXT, ""))
    presence.begin(request, account, person, tokens)
    _record(request, "succeeded", "ok", person)
    return HttpResponseRedirect(goal)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the portal's session, then lets the provider end its own; without the provider the portal's still ends."""
    key = request.session.session_key
    person, tokens = presence.end(request)
    if person is not None:
        session = None if key is None else current().events.session(key)
        record(request, "sign-out", person=person, session=session)
    try:
        return HttpResponseRedirect(presence.provider().sign_out_address(tokens, _absolute("signed-out")))
    except ProviderFault:
        return HttpResponseRedirect(reverse("signed-out"))


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/signed_out.html")


def _refuse(request: HttpRequest, refused: SignInRefused) -> HttpResponse:
    """Tokens that do not verify are a fault of the two services, not of the person: a 500 like any other fault."""
    _record_failure(request, refused.reason)
    if refused.reason is SignInFailure.TOKEN_REFUSED:
        raise refused
    status = 403 if refused.reason is SignInFailure.ACCESS_DENIED else 400
    return render(request, "portal/not_signed_in.html", {"reason": refused.reason}, status=status)


def _own_address(address: str) -> str:
    """The address when it is one of the portal's own pages, else the courses."""
    if url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse("courses")


def _absolute(view_name: str) -> str:
    return CONFIG.service.public_url + reverse(view_name)


def _record_failure(request: HttpRequest, reason: SignInFailure, person: str | None = None) -> None:
    _record(request, "failed", reason.value, person)


def _record(request: HttpRequest, outcome: str, reason: str, person: str | None) -> None:
    key = request.session.session_key if outcome == "succeeded" else None
    record(
        request,
        "sign-in",
        outcome=outcome,
        reason=reason,
        person=person,
        session=None if key is None else current().events.session(key),
        source=source_of(request),
        client=CONFIG.sign_in.client_id,
        agent=visitor_of(request).agent,
    )
