"""The form by which the first operator chooses a name and a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

# The log signs its own lines with these; a person of that name could be taken for Doorward.
RESERVED = frozenset({"doorward", "policy"})
_NAME = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]*$", "Use small letters, digits, dots, hyphens; begin with a letter or digit."
)


class OperatorForm(forms.Form):
    """Name and password; the name stands in the incident log beside what the person decides."""

    username = forms.CharField(max_length=40, validators=[_NAME])
    password = forms.CharField(max_length=200, strip=False)
    again = forms.CharField(max_length=200, strip=False)

    def clean_username(self) -> str:
        """Refuse the names by which Doorward itself signs, and one that is taken."""
        name = str(self.cleaned_data["username"])
        if name in RESERVED or get_user_model().objects.filter(username=name).exists():
            raise ValidationError("This name is taken; choose another.")
        return name

    def clean(self) -> dict[str, Any] | None:
        """Both passwords agree and are strong enough."""
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password and password != cleaned.get("again"):
            self.add_error("again", "The two passwords differ.")
        elif password:
            try:
                validate_password(password, get_user_model()(username=cleaned.get("username", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned
