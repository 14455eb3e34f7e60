"""The pages without a provider."""

from __future__ import annotations

from django.urls import path

from portal.urls import LoginView, account

urlpatterns = [
    path("account/", account, name="account"),
    path("sign-in/", LoginView.as_view(template_name="sign-in.html"), name="sign-in"),
]
