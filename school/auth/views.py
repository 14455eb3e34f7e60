"""Sign-in, the account page, sign-out, and the provider's endpoints where they must leave a trace in the log."""

import json
from base64 import b64decode
from typing import cast
from urllib.parse import parse_qs, unquote_plus, urlsplit

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.models import Application
from oauth2_provider.views import AuthorizationView, RPInitiatedLogoutView, TokenView

from school.auth.binding import KEY, Prefixes, bind
from school.auth.claims import revoke_all
from school.auth.config import origin
from school.auth.current import configuration, known_client
from school.auth.forms import SignInForm
from school.auth.middleware import network_hash
from school.auth.models import Account, account_of
from school.pages import error_page
from school.service import current, record, source_of, visitor_of

_GRANTS = ("authorization_code", "refresh_token")
_ANSWERS = ("access_denied", "login_required", "interaction_required", "consent_required")


class SignIn(LoginView):
    template_name = "auth/sign_in.html"
    authentication_form = SignInForm
    extra_context = {"help_url": configuration().service.help_url}
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        _bind_once(self.request)
        person = current().events.person(form.get_user().get_username())
        _record_sign_in(self.request, "ok", person, self.request.session.session_key)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        reason = _why_refused(self.request)
        _record_sign_in(self.request, reason, _typed_person(self.request), None)
        _focus_password(form)
        response = self.render_to_response(self.get_context_data(form=form, is_locked_out=reason == "locked-out"))
        response.status_code = 429 if reason == "locked-out" else 200
        return response


@never_cache
@login_required
def account_page(request: HttpRequest) -> HttpResponse:
    return render(request, "auth/account.html", {"links": _links()})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    _end_session(request)
    return redirect("sign-in")


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token did not come back: old form, blocked cookie, or a request from elsewhere."""
    if request.path_info == "/sign-in/" and request.method == "POST":
        _record_sign_in(request, "csrf", _typed_person(request), None)
    text = "The page was open too long, or your browser refuses our cookies. Open it again and retry."
    return error_page(403, "This form is out of date", text)


class Authorize(AuthorizationView):  # type: ignore[misc]  # the library is untyped
    """Says in the log what a client asks for wrongly, such as a callback that is not registered or no challenge."""

    def error_response(
        self, error: OAuthToolkitError, application: Application | None, **kwargs: object
    ) -> HttpResponse:
        _record_refusal(self.request, error.oauthlib_error.error)
        return cast(HttpResponse, super().error_response(error, application, **kwargs))


class Token(TokenView):  # type: ignore[misc]  # the library is untyped
    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = cast(HttpResponse, super().post(request, *args, **kwargs))
        is_issued = response.status_code == 200
        grant = request.POST.get("grant_type", "")
        record(
            request,
            "token",
            outcome="issued" if is_issued else "refused",
            reason="ok" if is_issued else _token_error(response),
            client=known_client(_client_id(request)),
            grant=grant if grant in _GRANTS else "other",
        )
        return response


class ProviderSignOut(RPInitiatedLogoutView):  # type: ignore[misc]  # the library is untyped
    """Sign-out that a client asks for; the library ends the session and the person's tokens."""

    template_name = "auth/confirm_sign_out.html"

    def do_logout(self, *args: object, **kwargs: object) -> HttpResponse:
        _record_sign_out(self.request)
        return cast(HttpResponse, super().do_logout(*args, **kwargs))


def _record_refusal(request: HttpRequest, reason: str) -> None:
    """Who is not signed in yet (prompt=none), or declines, is answered and not refused (OIDC Core section 3.1.2.6)."""
    account = account_of(request)
    if account is not None and reason not in _ANSWERS:
        record(
            request,
            "authorization",
            outcome="refused",
            reason=reason,
            person=current().events.person(account.username),
            client=known_client(request.GET.get("client_id")),
        )


def _links() -> list[dict[str, str]]:
    """Where the account's services begin: the origin of their first callback."""
    return [{"name": client.name, "address": origin(client.redirect_uris[0])} for client in configuration().client]


def _focus_password(form: AuthenticationForm) -> None:
    """The name is mostly right; the password has to be typed again."""
    del form.fields["username"].widget.attrs["autofocus"]
    form.fields["password"].widget.attrs["autofocus"] = True


def _bind_once(request: HttpRequest) -> None:
    """A session that already belongs to the person keeps its data at a second sign-in, hence its binding."""
    if KEY in request.session:
        return
    section = configuration().session
    prefixes = Prefixes(section.bind_ipv4_prefix, section.bind_ipv6_prefix)
    binding = bind(visitor_of(request).address, prefixes, network_hash)
    if binding is not None:
        request.session[KEY] = binding


def _why_refused(request: HttpRequest) -> str:
    if getattr(request, "axes_locked_out", False):
        return "locked-out"
    typed = request.POST.get("username", "").strip().lower()
    found = Account.objects.filter(username=typed).first()
    if found is None:
        return "unknown-person"
    return "wrong-password" if found.is_active else "inactive"


def _typed_person(request: HttpRequest) -> str | None:
    typed = request.POST.get("username", "")
    return current().events.person(typed) if typed.strip() else None


def _record_sign_in(request: HttpRequest, reason: str, person: str | None, session_key: str | None) -> None:
    record(
        request,
        "sign-in",
        outcome="succeeded" if reason == "ok" else "failed",
        reason=reason,
        person=person,
        session=current().events.session(session_key) if session_key else None,
        source=source_of(request),
        client=_asking_client(request),
        agent=visitor_of(request).agent,
    )


def _asking_client(request: HttpRequest) -> str | None:
    """The client that sent the person here: the form carries the authorization request to return to."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    asked = parse_qs(urlsplit(target).query).get("client_id", [])
    return known_client(asked[0]) if asked else None


def _client_id(request: HttpRequest) -> str | None:
    """From the body, else the name of HTTP Basic authentication (RFC 6749 section 2.3.1)."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.POST.get("client_id")
    try:
        return unquote_plus(b64decode(credentials, validate=True).decode().partition(":")[0])
    except ValueError:
        return None


def _token_error(response: HttpResponse) -> str:
    try:
        error = json.loads(response.content).get("error")
    except ValueError:
        error = None
    return error if isinstance(error, str) else "invalid_request"


def _end_session(request: HttpRequest) -> None:
    _record_sign_out(request)
    if account := account_of(request):
        revoke_all(account)
    logout(request)


def _record_sign_out(request: HttpRequest) -> None:
    account = account_of(request)
    if account is not None and request.session.session_key:
        events = current().events
        record(
            request,
            "sign-out",
            person=events.person(account.username),
            session=events.session(request.session.session_key),
        )
