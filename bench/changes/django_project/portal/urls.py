"""The pages: a protected one, two ways to the sign-in form, and the way to the provider and back."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from mozilla_django_oidc import urls as provider


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The page that needs a sign-in."""
    return HttpResponse("<title>Account</title><p>Signed in.</p>")


def own_form(request: HttpRequest) -> HttpResponse:
    """A sign-in form that is a view of the project, and not marked as open to strangers."""
    return LoginView.as_view(template_name="sign-in.html")(request)


for callback in provider.urlpatterns:
    if callback.name == "oidc_authentication_callback":
        callback.callback = csrf_exempt(callback.callback)

urlpatterns = [
    path("account/", account, name="account"),
    path("sign-in/", LoginView.as_view(template_name="sign-in.html"), name="sign-in"),
    path("own-sign-in/", own_form, name="own-sign-in"),
    path("oidc/", include("mozilla_django_oidc.urls")),
]
