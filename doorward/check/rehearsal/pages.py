"""A page's text in, its sign-in form out: where it is sent, and the fields that a browser would send with it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

_NAME_TYPES = frozenset(("text", "email", "tel", ""))
_UNSENT = frozenset(("button", "reset", "image", "file"))


@dataclass(frozen=True, slots=True)
class SignInForm:
    """A form sent by POST with one password; `hidden` is everything else that goes with it."""

    action: str
    name_field: str
    password_field: str
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def filled(self, name: str, password: str) -> tuple[tuple[str, str], ...]:
        """What is sent."""
        return (*self.hidden, (self.name_field, name), (self.password_field, password))


def sign_in_form(text: str, url: str) -> SignInForm | None:
    """The first form of the page to sign in with, None if it has none. Never raises."""
    reader = _Reader(url)
    # html.parser asserts on broken declarations; what stood before them is kept.
    with contextlib.suppress(AssertionError):
        reader.feed(text)
    reader.end_form()
    return next((form for form in map(_form, reader.forms) if form is not None), None)


@dataclass(slots=True)
class _Raw:
    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)


def _form(raw: _Raw) -> SignInForm | None:
    passwords = [name for kind, name, _ in raw.fields if kind == "password"]
    before = raw.fields[: next((n for n, one in enumerate(raw.fields) if one[0] == "password"), 0)]
    names = [name for kind, name, _ in before if kind in _NAME_TYPES]
    if raw.method != "post" or len(passwords) != 1 or not names:
        return None
    typed = {names[-1], passwords[0]}
    hidden, pressed = [], False
    for kind, name, value in raw.fields:
        if name in typed or (kind == "submit" and pressed):
            continue
        pressed = pressed or kind == "submit"
        hidden.append((name, value))
    return SignInForm(raw.action, names[-1], passwords[0], tuple(hidden))


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[_Raw] = []
        self._url = url
        self._open: _Raw | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self._open is None:
            action = given.get("action", "").strip()
            target = urljoin(self._url, action) if action else self._url
            self._open = _Raw(target, given.get("method", "get").lower())
        elif tag in ("input", "button") and self._open is not None:
            self._add(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.end_form()

    def end_form(self) -> None:
        """Also where the page ends within a form."""
        if self._open is not None:
            self.forms.append(self._open)
            self._open = None

    def _add(self, form: _Raw, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else "submit").lower()
        if not given.get("name") or "disabled" in given or kind in _UNSENT:
            return
        ticked = kind in ("checkbox", "radio")
        if ticked and "checked" not in given:
            return
        form.fields.append((kind, given["name"], given.get("value", "on" if ticked else "")))
