"""Configuration: one configuration as read, in Facts and in redacted settings with their places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from doorward.model.fact import Cookie, Endpoint, Fact, Flow, Where

F = TypeVar("F", bound=Fact)


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
    """Why a process with this configuration would not start: the exception's class and message, redacted.

    `dependency` names a module that the interpreter lacks; `unset` the environment variables that are not set here and
    without which nothing can be said.
    """

    kind: str
    message: str
    where: Where
    dependency: str | None = None
    unset: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a system's reader makes of a target; `start_error` is set when it cannot be loaded at all.

    `document` is the kind's own typed document, for the rules of that kind alone; it holds no secret either.
    """

    kind: str
    target: str
    facts: tuple[Fact, ...]
    settings: tuple[Setting, ...]
    start_error: StartError | None = None
    document: object | None = field(default=None, repr=False, compare=False)

    def setting(self, pointer: str) -> Setting | None:
        """The setting at that pointer, None if the configuration does not have it."""
        return next((setting for setting in self.settings if setting.pointer == pointer), None)

    def facts_of(self, kind: type[F]) -> tuple[F, ...]:
        """Every fact of that type, in the configuration's order."""
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    def cookie(self, purpose: str) -> Cookie | None:
        """The cookie of that purpose."""
        return next((cookie for cookie in self.facts_of(Cookie) if cookie.purpose == purpose), None)

    def flow(self, name: str) -> Flow | None:
        """The flow of that name."""
        return next((flow for flow in self.facts_of(Flow) if flow.name == name), None)

    def endpoint(self, purpose: str) -> Endpoint | None:
        """The endpoint of that purpose."""
        return next((endpoint for endpoint in self.facts_of(Endpoint) if endpoint.purpose == purpose), None)
