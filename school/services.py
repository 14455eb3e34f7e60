"""The two services of a site: where their configuration lies and how they start."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from school.auth.config import AuthConfig
from school.portal.config import PortalConfig


class Name(StrEnum):
    AUTH = "auth"
    PORTAL = "portal"


MODELS: dict[Name, type[AuthConfig] | type[PortalConfig]] = {Name.AUTH: AuthConfig, Name.PORTAL: PortalConfig}


@dataclass(frozen=True, slots=True)
class Place:
    """One service within a site directory."""

    site: Path
    name: Name

    @property
    def config(self) -> Path:
        return self.site / f"{self.name}.toml"

    @property
    def pid_file(self) -> Path:
        return self.site / "run" / f"{self.name}.pid"

    @property
    def is_served(self) -> bool:
        """Whether the process of the pid file lives; a server that was killed leaves its file behind."""
        try:
            os.kill(int(self.pid_file.read_text(encoding="ascii")), 0)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return False
        return True

    @property
    def wsgi_module(self) -> str:
        return f"school.{self.name}.wsgi"

    @property
    def environment(self) -> dict[str, str]:
        """What the Django settings of the service need to find this configuration."""
        return {
            "DJANGO_SETTINGS_MODULE": f"school.{self.name}.settings",
            f"SCHOOL_{self.name.upper()}_CONFIG": str(self.config),
        }
