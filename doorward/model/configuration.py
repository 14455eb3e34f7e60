"""Configuration: one configuration as read, in Facts and in redacted settings with their places."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.model.fact import Fact, Where


@dataclass(frozen=True, slots=True)
class Setting:
    """One key and its value as people may see it: a secret stands as `digest:` and eight hex digits.

    `shown` is None when the value is unknown (a placeholder, an unset variable).
    """

    pointer: str
    shown: str | None
    where: Where


@dataclass(frozen=True, slots=True)
class StartError:
    """Why a process with this configuration would not start: the exception's class and message, redacted."""

    kind: str
    message: str
    where: Where


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a system's reader makes of a target; `start_error` is set when it cannot be loaded at all."""

    kind: str
    target: str
    facts: tuple[Fact, ...]
    settings: tuple[Setting, ...]
    start_error: StartError | None = None

    def setting(self, pointer: str) -> Setting | None:
        """The setting at that pointer, None if the configuration does not have it."""
        return next((setting for setting in self.settings if setting.pointer == pointer), None)
