"""A page's text in, its forms out: what a browser would make of it, and what each form is there for."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urljoin

from doorward.probe.form_fields import Field, Form

_UNSENT_TYPES = frozenset({"button", "reset", "image", "file"})
_TICKED_TYPES = frozenset({"checkbox", "radio"})
_HEADINGS = ("title", "h1", "h2")


@dataclass(frozen=True, slots=True)
class Page:
    """What a journey reads of a page: its forms, its title and its first headings."""

    forms: tuple[Form, ...]
    title: str
    headings: tuple[str, ...] = ()

    @property
    def sign_in_form(self) -> Form | None:
        """The form to sign in with, None if the page has none."""
        return next((form for form in self.forms if form.is_sign_in), None)

    @property
    def password_form(self) -> Form | None:
        """The form that takes the password, with the user name or after it."""
        return self.sign_in_form or next((form for form in self.forms if form.asks_password), None)

    @property
    def name_form(self) -> Form | None:
        """The form that takes the user name alone."""
        return next((form for form in self.forms if form.asks_name), None)

    @property
    def code_form(self) -> Form | None:
        """The form that takes a one-time code."""
        return next((form for form in self.forms if form.asks_code), None)

    @property
    def consent_form(self) -> Form | None:
        """The form that asks for a yes."""
        return next((form for form in self.forms if form.consent_button is not None), None)

    @property
    def passed_on_form(self) -> Form | None:
        """The form that a script of the page sends on at once."""
        return next((form for form in self.forms if form.carries_answer), None)


def read_page(text: str, url: str) -> Page:
    """The page at that address. Never raises: what cannot be parsed is left out."""
    reader = _Reader(url)
    # Not closed: html.parser then tries every `<` of an unfinished end again (measured: `<a` 260,000 times, minutes).
    # It asserts on broken declarations such as `<![if`; what stood before them is kept.
    with contextlib.suppress(AssertionError):
        reader.feed(text)
    reader.end_form()
    said = {tag: " ".join("".join(words).split()) for tag, words in reader.said.items()}
    return Page(reader.found(), said["title"], tuple(said[tag] for tag in ("h1", "h2") if said[tag]))


@dataclass(slots=True)
class _Open:
    action: str
    method: str
    id: str = ""
    fields: list[Field] = field(default_factory=list)
    buttons: list[Field] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.said: dict[str, list[str]] = {tag: [] for tag in _HEADINGS}
        self._forms: list[_Open] = []
        self._strays: dict[str, _Open] = {}
        self._base = url
        self._url = url
        self._open: _Open | None = None
        self._heading = ""
        self._label: tuple[list[Field], int] | None = None
        self._select = ""

    def found(self) -> tuple[Form, ...]:
        """The forms, each with the fields that name it from elsewhere on the page."""
        for form in self._forms:
            strays = self._strays.pop(form.id, None)
            form.fields.extend(strays.fields if strays else ())
            form.buttons.extend(strays.buttons if strays else ())
        return tuple(Form(one.action, one.method, tuple(one.fields), tuple(one.buttons)) for one in self._forms)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and given.get("href"):
            self._base = joined(self._url, given["href"]) or self._url
        elif tag in _HEADINGS:
            self._heading = "" if self.said[tag] else tag
        elif tag == "form":
            self._begin_form(given)
        elif tag in ("input", "button"):
            self._add(tag, given)
        elif tag in ("select", "option"):
            self._choose(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._heading = ""
        elif tag == "form":
            self.end_form()
        elif tag == "button":
            self._label = None
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.said[self._heading].append(data)
        if self._label is not None:
            buttons, place = self._label
            buttons[place] = replace(buttons[place], label=f"{buttons[place].label} {data.strip()}".strip()[:80])

    def end_form(self) -> None:
        if self._open is not None:
            self._forms.append(self._open)
            self._open = None

    def _begin_form(self, given: Mapping[str, str]) -> None:
        # A form inside a form is ignored by browsers.
        if self._open is None:
            action = given.get("action", "").strip()
            target = joined(self._base, action) if action else self._url
            self._open = _Open(target or self._url, given.get("method", "get").upper(), given.get("id", ""))

    def _add(self, tag: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else "submit").lower()
        if "disabled" in given or kind in _UNSENT_TYPES:
            return
        if kind in _TICKED_TYPES and "checked" not in given:
            return
        value = given.get("value", "on" if kind in _TICKED_TYPES else "")
        label = given.get("aria-label", "") if kind == "submit" else ""
        one = Field(given.get("name", ""), kind, value, given.get("autocomplete", "").lower(), label)
        owner = given.get("form", "")
        form = self._strays.setdefault(owner, _Open("", "")) if owner else self._open
        if form is None:
            return
        if kind != "submit":
            form.fields.extend([one] if one.name else [])
            return
        form.buttons.append(one)
        if tag == "button":
            self._label = (form.buttons, len(form.buttons) - 1)

    def _choose(self, tag: str, given: Mapping[str, str]) -> None:
        """A list to choose from sends its first line, or the one that is chosen already."""
        if tag == "select":
            self._select = "" if "disabled" in given else given.get("name", "")
        elif self._select and self._open is not None:
            fields = self._open.fields
            is_first = not fields or fields[-1].name != self._select
            if is_first:
                fields.append(Field(self._select, "select", given.get("value", "")))
            elif "selected" in given:
                fields[-1] = replace(fields[-1], value=given.get("value", ""))


def joined(base: str, target: str) -> str | None:
    """`target` as seen from `base`, without its fragment; None if it is no address."""
    try:
        return urljoin(base, target.strip()).partition("#")[0]
    except ValueError:
        return None
