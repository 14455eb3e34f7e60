"""Brings the provider's table of clients in line with auth.toml: adds, corrects, removes."""

from django.contrib.auth.hashers import check_password
from django.db import DatabaseError, transaction
from oauth2_provider.models import Application

from school.auth.config import ClientSection
from school.service import current


def synchronise_or_record(clients: tuple[ClientSection, ...]) -> None:
    """Each worker does this when it starts. Without a database the service starts all the same, and its log says so."""
    try:
        synchronise(clients)
    except DatabaseError as error:
        current().events.write("error", route="start", exception=type(error).__name__)


@transaction.atomic
def synchronise(clients: tuple[ClientSection, ...]) -> None:
    """A client that was removed loses its tokens with it."""
    Application.objects.exclude(client_id__in=[client.id for client in clients]).delete()
    for client in clients:
        _put(client)


def _put(client: ClientSection) -> None:
    wanted = {
        "name": client.name,
        "client_type": Application.CLIENT_CONFIDENTIAL,
        "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
        "algorithm": Application.RS256_ALGORITHM,
        "redirect_uris": " ".join(client.redirect_uris),
        "post_logout_redirect_uris": " ".join(client.post_sign_out_uris),
        "skip_authorization": True,
    }
    secret = client.secret_file.read_text(encoding="utf-8").strip()
    found = Application.objects.filter(client_id=client.id).first() or Application(client_id=client.id)
    if all(getattr(found, name) == value for name, value in wanted.items()) and _is_secret_of(found, secret):
        return
    for name, value in wanted.items():
        setattr(found, name, value)
    found.client_secret = secret
    found.save()


def _is_secret_of(application: Application, secret: str) -> bool:
    return bool(application.pk) and check_password(secret, application.client_secret)
