"""A dashboard on a clean store: settings of a small school, an operator, a client that is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
import pytest
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from doorward import settings as doorward_settings
from doorward.settings import Settings

# Before the tests are collected: they import the store, whose tables need Django's registry.
django.setup()

PASSWORD = "a long enough pass phrase"
TOML = Path(__file__).with_name("school.toml").read_text()


def write_settings(directory: Path) -> Settings:
    """A doorward.toml in this directory, and its Settings."""
    (directory / "auth.toml").write_text("[session]\nbind_ipv4_prefix = 24\n")
    path = directory / "doorward.toml"
    path.write_text(TOML)
    return doorward_settings.load(path)


@pytest.fixture
def now() -> datetime:
    """The moment of looking."""
    return datetime.now(UTC)


@pytest.fixture
def guarded(store: Path) -> Iterator[Settings]:
    """The settings of the dashboard under test; its state directory is the store's."""
    found = write_settings(store.parent)
    with override_settings(
        DOORWARD=found, PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], ALLOWED_HOSTS=["testserver"]
    ):
        yield found


@pytest.fixture
def visitor(guarded: Settings) -> Client:
    """A client that is not signed in; answers of broken pages come back as people see them."""
    return Client(raise_request_exception=False, enforce_csrf_checks=False)


@pytest.fixture
def operator(visitor: Client) -> Client:
    """A client signed in as mara."""
    visitor.force_login(get_user_model().objects.create_user("mara", None, PASSWORD))
    return visitor
