"""HTML in, what a person can act on out: forms with their fields, and links. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSENT = frozenset({"submit", "button", "image", "reset"})


@dataclass(slots=True)
class Form:
    """`fields` are name and value as they would be sent untouched; `kinds` are the types of the inputs."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def asks_password(self) -> bool:
        return "password" in self.kinds.values()

    @property
    def takes_file(self) -> bool:
        return "file" in self.kinds.values()


@dataclass(frozen=True, slots=True)
class Content:
    """What stands on a page."""

    forms: tuple[Form, ...]
    links: tuple[str, ...]

    @property
    def sign_in_form(self) -> Form | None:
        return next((form for form in self.forms if form.asks_password), None)

    def form_to(self, ending: str) -> Form | None:
        """The form whose action ends so."""
        return next((form for form in self.forms if form.action.split("?")[0].endswith(ending)), None)

    def links_to(self, start: str) -> list[str]:
        """Links to addresses below `start`, without it itself, each once."""
        return [link for link in dict.fromkeys(self.links) if link.startswith(start) and link != start]


def read(html: str) -> Content:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Content(tuple(reader.forms), tuple(reader.links))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self._open = Form(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag in ("input", "textarea", "select") and self._open is not None:
            _add(self._open, tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def _add(form: Form, tag: str, said: Mapping[str, str]) -> None:
    kind = said.get("type", "text").lower() if tag == "input" else tag
    name = said.get("name", "")
    if not name or kind in _UNSENT:
        return
    if kind in ("checkbox", "radio") and "checked" not in said:
        return
    form.kinds[name] = kind
    if kind != "file":
        form.fields[name] = said.get("value", "")
