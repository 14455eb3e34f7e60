"""How operators come in and go: sign in (slowed down when guessed at), one-time links, change of password."""

from __future__ import annotations

import math

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from doorward.web import phrases, setup_link, throttle
from doorward.web.forms import OperatorForm

_REFUSALS = {
    setup_link.Token.OPERATOR_EXISTS: "An operator exists already. Sign in, or ask that person for an invitation.",
    setup_link.Token.UNKNOWN: "This link is not the newest, or it was used. Ask for a new one, or restart Doorward.",
    setup_link.Token.EXPIRED: "This link is older than a day. Ask for a new one, or restart Doorward.",
}


def _address(request: HttpRequest) -> str:
    """The client's address; behind the proxy of `dashboard.public_url` the server has put the real one here."""
    return str(request.META.get("REMOTE_ADDR", ""))


@method_decorator([login_not_required, csrf_protect, never_cache], name="dispatch")
class SignIn(LoginView):
    """`/sign-in/`"""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Look at the password only if not too many were tried."""
        name = request.POST.get("username", "")
        wait_s = throttle.wait_s(name, _address(request), timezone.now())
        if wait_s:
            return self._told_to_wait(request, wait_s)
        return super().post(request, *args, **kwargs)

    def _told_to_wait(self, request: HttpRequest, wait_s: float) -> HttpResponse:
        form = AuthenticationForm(request)
        waiting = f"Too many attempts. Wait {phrases.lasting(wait_s)}, then try again."
        response = self.render_to_response(self.get_context_data(form=form, waiting=waiting), status=429)
        response["Retry-After"] = str(math.ceil(wait_s))
        return response

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Signed in: forget the attempts."""
        throttle.succeeded(self.request.POST.get("username", ""), _address(self.request))
        return super().form_valid(form)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Whether anybody can sign in at all."""
        return {**super().get_context_data(**kwargs), "nobody_yet": setup_link.operators() == 0}


class SignOut(LogoutView):
    """`/sign-out/`, by POST only."""


class ChangePassword(PasswordChangeView):
    """`/account/`"""

    template_name = "web/account.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: object) -> HttpResponse:
        """Say that it worked; other browsers of this person are signed out."""
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)  # type: ignore[arg-type]


@never_cache
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """`/account/invite/`: a one-time link for a colleague, shown once to the operator who asks for it."""
    link = setup_link.invitation(request.build_absolute_uri("/"))
    return render(
        request, "web/invitation.html", {"link": link, "life": phrases.lasting(setup_link.LIFE.total_seconds())}
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """`/set-up/<token>/`: the first operator chooses a name and a password."""
    now = timezone.now()
    worth = setup_link.look(token, now)
    if worth is not setup_link.Token.GOOD:
        return render(request, "web/set_up.html", {"refusal": _REFUSALS[worth]}, status=410)
    form = OperatorForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "web/set_up.html", {"form": form, "refusal": ""}, status=400 if form.errors else 200)
    worth = setup_link.use_up(token, now)
    if worth is not setup_link.Token.GOOD:
        return render(request, "web/set_up.html", {"refusal": _REFUSALS[worth]}, status=410)
    user = get_user_model().objects.create_user(form.cleaned_data["username"], None, form.cleaned_data["password"])
    login(request, user)
    messages.success(request, f"Welcome, {user.get_username()}. The link is used up; from now on you sign in here.")
    return redirect(settings.LOGIN_REDIRECT_URL)
