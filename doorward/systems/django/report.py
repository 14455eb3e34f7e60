"""The child's answer as typed data."""

from __future__ import annotations

import msgspec

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class Failure(msgspec.Struct, frozen=True):
    """Why the settings did not load or Django did not start."""

    kind: str
    message: str
    file: str = ""
    line: int = 0
    dependency: str | None = None
    unset: tuple[str, ...] = ()


class Broken(msgspec.Struct, frozen=True):
    """A value of a setting that cannot be had, and why."""

    setting: str
    value: str
    why: str


class Lacking(msgspec.Struct, frozen=True):
    """A part that cannot be had, and who needs it: see `parts.py`."""

    need: str
    setting: str
    value: str
    why: str


class PageThere(msgspec.Struct, frozen=True):
    """Whether the service has a page at an address, and whether it asks for a sign-in or is the way to a provider."""

    answers: bool
    guarded: bool | None
    is_provider: bool = False
    path: str = ""


class Report(msgspec.Struct, frozen=True):
    """What the project's interpreter said of its settings; see `child.py` and `questions.py`."""

    file: str = ""
    failure: Failure | None = None
    unset: tuple[str, ...] = ()
    values: dict[str, object] = {}
    chosen: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()
    roles: dict[str, tuple[str, ...]] = {}
    pages: dict[str, PageThere] = {}
    has_auth: bool = False
    lacking: tuple[Lacking, ...] = ()

    def text(self, pointer: str) -> str | None:
        """The value as text; None when it is unknown, empty or not a text."""
        value = self.values.get(pointer)
        return value if isinstance(value, str) and value else None

    def number(self, pointer: str) -> int | None:
        """The value as a whole number, None when it is none."""
        value = self.values.get(pointer)
        return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def truth(self, pointer: str) -> bool | None:
        """The value as yes or no, None when unknown."""
        value = self.values.get(pointer)
        return None if value is None else bool(value)

    def texts(self, pointer: str) -> tuple[str, ...] | None:
        """The value as texts; None when it, or a part of it, is unknown."""
        value = self.values.get(pointer)
        if not isinstance(value, list) or any(item is None for item in value):
            return None
        return tuple(str(item) for item in value)

    def broken_at(self, *settings: str) -> tuple[str, ...]:
        """`value: why` of what cannot be had among those settings."""
        return tuple(
            f"{broken.value}: {broken.why}" if broken.value else broken.why
            for broken in self.broken
            if broken.setting in settings
        )
