"""The pages without a sign-in form: it was forgotten in a new table of addresses."""

from __future__ import annotations

from django.urls import include, path

from portal.urls import account

urlpatterns = [
    path("account/", account, name="account"),
    path("oidc/", include("mozilla_django_oidc.urls")),
]
