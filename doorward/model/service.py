"""What is guarded: a Service is what people sign in to; its Components are the parts that make the sign-in work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a component does for the sign-in."""

    PROVIDER = "provider"
    CLIENT = "client"
    PROXY = "proxy"
    STORE = "store"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Component:
    """A part with a role, a kind, a configuration, a log and a way to restart; `name` is unique within the service.

    `environment` is where it runs (`production`, `staging`, a region); empty = it serves every environment.
    """

    name: str
    role: Role
    kind: str
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """What people sign in to."""

    name: str
    components: tuple[Component, ...]

    def component(self, name: str) -> Component | None:
        """The component of that name, None if the service has none."""
        return next((component for component in self.components if component.name == name), None)
