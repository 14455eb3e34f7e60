"""Forms of the authentication service. Their messages never tell whether an account exists."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm

from school.auth.current import configuration


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "That name and password do not match. Check both and try again.",
        "inactive": "That name and password do not match. Check both and try again.",
    }
    username = forms.CharField(
        max_length=150,
        label="User name",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ForgottenForm(PasswordResetForm):
    """Sends the link under the public address: the Host header of the request is anybody's to choose."""

    def save(self, *args: Any, **options: Any) -> None:
        address = urlsplit(configuration().service.public_url)
        options |= {"domain_override": address.netloc, "use_https": address.scheme == "https"}
        super().save(*args, **options)
