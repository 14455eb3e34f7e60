"""A page's text in, its forms out: the fields that a browser would send, and which form is the one to sign in with."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

_NAME_TYPES = frozenset({"text", "email", "tel"})
_UNSENT_TYPES = frozenset({"button", "reset", "image", "file"})
_TICKED_TYPES = frozenset({"checkbox", "radio"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `autocomplete` as the page says it (HTML Living Standard, autofill)."""

    name: str
    type: str
    value: str
    autocomplete: str = ""

    def __repr__(self) -> str:
        """Without the value: hidden fields hold CSRF tokens."""
        return f"Field({self.name!r}, {self.type!r})"


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it would be sent; `action` is absolute, `method` upper-case."""

    action: str
    method: str
    fields: tuple[Field, ...]

    @property
    def password_field(self) -> Field | None:
        """The only password field, None if there is none, several (a change of password) or a new password is asked."""
        found = [field for field in self.fields if field.type == "password"]
        return found[0] if len(found) == 1 and found[0].autocomplete != "new-password" else None

    @property
    def name_field(self) -> Field | None:
        """Where the user name goes: the field that says so, else the last text field before the password."""
        texts = [field for field in self.fields if field.type in _NAME_TYPES]
        said = [field for field in texts if field.autocomplete == "username"]
        before = texts[: self._texts_before_password()]
        return next(iter(said or before[-1:] or texts), None)

    @property
    def is_sign_in(self) -> bool:
        """Whether somebody signs in with it: by POST, one user name, one password."""
        return self.method == "POST" and self.password_field is not None and self.name_field is not None

    def filled(self, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """What a browser sends: each field with its own value or the one given, the first named button alone."""
        sent: list[tuple[str, str]] = []
        pressed = False
        for one in self.fields:
            if one.type == "submit" and pressed:
                continue
            pressed = pressed or one.type == "submit"
            sent.append((one.name, values.get(one.name, one.value)))
        return tuple(sent)

    def _texts_before_password(self) -> int:
        count = 0
        for one in self.fields:
            if one.type == "password":
                break
            count += one.type in _NAME_TYPES
        return count


@dataclass(frozen=True, slots=True)
class Page:
    """What a journey reads of a page."""

    forms: tuple[Form, ...]
    title: str

    @property
    def sign_in_form(self) -> Form | None:
        """The form to sign in with, None if the page has none."""
        return next((form for form in self.forms if form.is_sign_in), None)


def read_page(text: str, url: str) -> Page:
    """The page at that address. Never raises: what cannot be parsed is left out."""
    reader = _Reader(url)
    # Not closed: html.parser then tries every `<` of an unfinished end again (measured: `<a` 260,000 times, minutes).
    # It asserts on broken declarations such as `<![if`; what stood before them is kept.
    with contextlib.suppress(AssertionError):
        reader.feed(text)
    reader.end_form()
    return Page(tuple(reader.forms), " ".join(reader.title.split()))


@dataclass(slots=True)
class _Open:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.title = ""
        self._base = url
        self._url = url
        self._open: _Open | None = None
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and given.get("href"):
            self._base = joined(self._url, given["href"]) or self._url
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "form":
            self._begin_form(given)
        elif tag in ("input", "button") and self._open is not None:
            self._add(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag == "form":
            self.end_form()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def end_form(self) -> None:
        if self._open is not None:
            self.forms.append(Form(self._open.action, self._open.method, tuple(self._open.fields)))
            self._open = None

    def _begin_form(self, given: Mapping[str, str]) -> None:
        # A form inside a form is ignored by browsers.
        if self._open is None:
            action = given.get("action", "").strip()
            target = joined(self._base, action) if action else self._url
            self._open = _Open(target or self._url, given.get("method", "get").upper())

    def _add(self, form: _Open, tag: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else "submit").lower()
        name = given.get("name", "")
        if not name or "disabled" in given or kind in _UNSENT_TYPES:
            return
        if kind in _TICKED_TYPES and "checked" not in given:
            return
        value = given.get("value", "on" if kind in _TICKED_TYPES else "")
        form.fields.append(Field(name, kind, value, given.get("autocomplete", "").lower()))


def joined(base: str, target: str) -> str | None:
    """`target` as seen from `base`, without its fragment; None if it is no address."""
    try:
        return urljoin(base, target.strip()).partition("#")[0]
    except ValueError:
        return None
