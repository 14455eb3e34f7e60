"""Open the store: set Django up for one doorward.toml and bring the tables up to date.

Every failure of the database leaves this package as StoreUnavailable; nothing else of Django's errors gets out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, close_old_connections, connections, transaction

from doorward.errors import StoreUnavailable
from doorward.settings import Settings


def open_store(settings: Settings) -> None:
    """Point Django at this Doorward's database and migrate it. Raises StoreUnavailable if it cannot be opened."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["DOORWARD_CONFIG"] = str(settings.path)
    # The dashboard's settings are the one place that knows how to reach the database.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorward.web.settings")
    django.setup()
    with reported():
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def reported() -> Iterator[None]:
    """Turn the database's errors into StoreUnavailable, and drop connections that went bad."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        close_old_connections()
        raise StoreUnavailable(
            f"the database does not answer: {error}",
            where=str(connections["default"].settings_dict["NAME"]),
            fix="free the lock or the disk; pages go out by the spool until then",
        ) from error


@contextmanager
def transacted() -> Iterator[None]:
    """One transaction: all of it or nothing; on SQLite the write lock is taken at once."""
    with reported(), transaction.atomic():
        yield


def release() -> None:
    """Close this thread's connections; for threads that end."""
    connections.close_all()
