"""The configuration that this process of the authentication service runs with."""

from typing import cast

from django.conf import settings

from school.auth.config import AuthConfig

SETTING = "SCHOOL_AUTH"


def configuration() -> AuthConfig:
    return cast(AuthConfig, getattr(settings, SETTING))


def known_client(client_id: str | None) -> str | None:
    """The id if it is a client of ours, else None: what strangers send never reaches the log."""
    return client_id if client_id in {client.id for client in configuration().client} else None
