"""Where a service keeps its data, as Django wants it said: SQLite by its path, PostgreSQL by its address."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from school.config import DatabaseSection

_CONNECT_S = 3


def databases(section: DatabaseSection) -> dict[str, dict[str, Any]]:
    """Django's DATABASES."""
    return {"default": _postgresql(section) if section.address else _sqlite(section.path)}


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _postgresql(section: DatabaseSection) -> dict[str, Any]:
    """A connection is kept, and asked whether it still stands before it is used for a request."""
    parts = urlsplit(section.address)
    password = section.password_file.read_text(encoding="utf-8").strip() if section.password_file else ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": password,
        "HOST": parts.hostname or "",
        "PORT": parts.port or 5432,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": _CONNECT_S},
    }
