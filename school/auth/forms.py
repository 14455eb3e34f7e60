"""Forms of the authentication service. Their messages never tell whether an account exists."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm, SetPasswordForm

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


class _NewPassword(forms.Form):
    """One short hint in place of a list of rules; what is wrong with a password is said when it is refused."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        new, again = self.fields["new_password1"], self.fields["new_password2"]
        least = configuration().password.min_length
        new.help_text = f"At least {least} characters, not your name, not a common password."
        again.label, again.help_text = "New password, once more", ""


class ChangeForm(_NewPassword, PasswordChangeForm):
    pass


class NewForm(_NewPassword, SetPasswordForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    pass
