"""The pages where everything asks for a sign-in: the sign-in page and the way to the provider are marked as open."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from mozilla_django_oidc import urls as provider

from portal.urls import LoginView, account, own_form

for page in provider.urlpatterns:
    page.callback = login_not_required(page.callback)

urlpatterns = [
    path("account/", account, name="account"),
    path("sign-in/", LoginView.as_view(template_name="sign-in.html"), name="sign-in"),
    path("own-sign-in/", own_form, name="own-sign-in"),
    path("oidc/", include("mozilla_django_oidc.urls")),
]
