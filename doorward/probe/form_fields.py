"""A form as a browser sees it: its fields, what each is for, and what pressing a button sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAME_TYPES = frozenset({"text", "email", "tel"})
_CODE_TYPES = _NAME_TYPES | {"number", "password"}
# What sign-in pages of common products call these fields; `autocomplete` decides where a page has it.
_NAME_NAMES = re.compile(r"user.?name|user|user.?id|uid|login(?:fmt)?|e.?mail|identifier|account|upn", re.IGNORECASE)
_OTP_NAMES = re.compile(
    r"(?:.*[-_.])?(?:otp|totp|mfa|2fa|tfa)(?:[-_.]?(?:code|token|challenge))?|one.?time.?(?:code|password)"
    r"|verification.?code|auth.?code",
    re.IGNORECASE,
)
# These may as well be a voucher's or a parcel's.
_CODE_NAMES = re.compile(r"token|code|passcode|pin", re.IGNORECASE)
_YES = re.compile(r"\b(?:allow|accept|authori[sz]e|approve|grant|yes|continue|consent|agree|confirm)")
_OUT = re.compile(r"\b(?:yes|continue|confirm|log ?out|sign ?(?:me )?out)")
_NO = re.compile(r"\b(?:cancel|deny|denied|no|decline|reject|refuse|abort|stay|not|back|switch|another)\b")
# What a page that a script sends on at once carries: OAuth 2.0 form post response mode §2, SAML 2.0 bindings §3.5.
_CARRIED = frozenset({"samlrequest", "samlresponse", "code", "id_token", "error"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `autocomplete` as the page says it (HTML Living Standard, autofill), `label` of a button."""

    name: str
    type: str
    value: str
    autocomplete: str = ""
    label: str = ""

    def __repr__(self) -> str:
        """Without the value: hidden fields hold CSRF tokens."""
        return f"Field({self.name!r}, {self.type!r})"

    @property
    def is_for_code(self) -> bool:
        """Whether a one-time code may go here, going by its name alone."""
        return self.says_code or (self.type in _CODE_TYPES and _CODE_NAMES.fullmatch(self.name) is not None)

    @property
    def says_code(self) -> bool:
        """Whether there is no doubt that a one-time code goes here."""
        if self.type not in _CODE_TYPES:
            return False
        return "one-time-code" in self.autocomplete.split() or _OTP_NAMES.fullmatch(self.name) is not None

    @property
    def is_for_name(self) -> bool:
        """Whether the page says, or the field's own name, that the user name goes here."""
        if self.type not in _NAME_TYPES:
            return False
        return self.says_name or (not self.is_for_code and _NAME_NAMES.fullmatch(self.name) is not None)

    @property
    def says_name(self) -> bool:
        """Whether the page itself says so (`username webauthn` is said too)."""
        return "username" in self.autocomplete.split()


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it would be sent; `action` is absolute, `method` upper-case; `buttons` are those that send it."""

    action: str
    method: str
    fields: tuple[Field, ...]
    buttons: tuple[Field, ...] = ()

    @property
    def password_field(self) -> Field | None:
        """The only password field, None if there is none, several (a change of password) or a new password is asked."""
        found = [one for one in self.fields if one.type == "password" and not one.says_code]
        return found[0] if len(found) == 1 and found[0].autocomplete != "new-password" else None

    @property
    def name_field(self) -> Field | None:
        """Where the user name goes: the field that says so, else the last text field before the password."""
        texts = [one for one in self.fields if one.type in _NAME_TYPES and not one.is_for_code]
        said = [one for one in texts if one.says_name]
        before = [one for one in self._before_password() if one in texts]
        return next(iter(said or before[-1:] or texts), None)

    @property
    def code_field(self) -> Field | None:
        """Where a one-time code goes, None if none is asked."""
        return next((one for one in self.fields if one.is_for_code), None)

    @property
    def is_sign_in(self) -> bool:
        """Whether somebody signs in with it: by POST, one user name, one password."""
        return self.asks_password and self.name_field is not None

    @property
    def asks_password(self) -> bool:
        """Whether a password is given with it, with the user name or after it."""
        return self.method == "POST" and self.password_field is not None

    @property
    def asks_name(self) -> bool:
        """Whether it takes the user name, and the password comes on a later page."""
        named = [one for one in self.fields if one.is_for_name]
        return self.method == "POST" and len(named) == 1 and not any(one.type == "password" for one in self.fields)

    @property
    def asks_code(self) -> bool:
        """Whether it takes the one-time code of a second step, and nothing else."""
        return self.method == "POST" and not self.asks_password and not self.asks_name and self.code_field is not None

    @property
    def consent_button(self) -> Field | None:
        """The button that says yes, None if people are not just asked for a yes here."""
        return self._button(_YES)

    @property
    def sign_out_button(self) -> Field | None:
        """The button that says yes to signing out."""
        return self._button(_OUT)

    def _button(self, words: re.Pattern[str]) -> Field | None:
        asks_more = any(one.type in _CODE_TYPES for one in self.fields)
        if self.method != "POST" or asks_more:
            return None
        return next((one for one in self.buttons if _says(words, one)), None)

    @property
    def carries_answer(self) -> bool:
        """Whether a script of the page sends it on at once: it carries one party's answer to another."""
        shown = [one for one in self.fields if one.type != "hidden"]
        return self.method == "POST" and not shown and any(one.name.lower() in _CARRIED for one in self.fields)

    def filled(self, values: Mapping[str, str], button: Field | None = None) -> tuple[tuple[str, str], ...]:
        """What a browser sends: each field with its own value or the one given, and the button pressed: that one, or
        the first that has a name."""
        pressed = button or next((one for one in self.buttons if one.name), None)
        sent = [(one.name, values.get(one.name, one.value)) for one in self.fields]
        return (*sent, *([(pressed.name, pressed.value)] if pressed is not None and pressed.name else ()))

    def _before_password(self) -> tuple[Field, ...]:
        place = next((number for number, one in enumerate(self.fields) if one == self.password_field), 0)
        return self.fields[:place]


def _says(wanted: re.Pattern[str], button: Field) -> bool:
    """By what the button shows; where that says neither yes nor no, by its name and value."""
    for words in (button.label or button.value, f"{button.name} {button.value}"):
        plain = re.sub(r"[-_]", " ", words).lower()
        if _NO.search(plain):
            return False
        if wanted.search(plain):
            return True
    return False
