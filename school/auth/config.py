"""auth.toml: what the authentication service can be told."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from school.config import (
    DatabaseSection,
    LogSection,
    MonitoringSection,
    ProxySection,
    Section,
    ServerSection,
    SiteFile,
    SitePath,
)


def origin(address: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


class ServiceSection(Section):
    public_url: str = Field(
        pattern=r"^https?://[^/\s]+$", description="Address that people's browsers use, without a slash at the end."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen at.")
    port: int = Field(ge=1, le=65535, description="Port to listen at.")
    help_url: str = Field(default="", description="Where people who cannot sign in are sent; empty: no link.")
    secret_key_file: SiteFile = Field(description="File with the key that signs sessions, forms and reset links.")
    secret_key_fallback_files: tuple[SiteFile, ...] = Field(
        default=(), description="Files with former keys that are still accepted, newest first."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=("127.0.0.1", "localhost"), description="Values of the Host header that are answered."
    )


class SessionSection(Section):
    engine: Literal["db", "cached_db", "cache"] = Field(
        default="db", description="Where sessions live: database, database with Redis in front, or Redis alone."
    )
    redis_url: str = Field(default="redis://127.0.0.1:6379/0", description="Redis, for engines cached_db and cache.")
    # Not checked for existence, as Django does not check it either: a class that is gone fails at every request.
    serializer: str = Field(
        default="django.contrib.sessions.serializers.JSONSerializer",
        description="Dotted path of the class that writes and reads session data.",
    )
    life_minutes: int = Field(default=480, ge=1, le=525_600, description="Life of a session from sign-in.")
    cookie_name: str = Field(default="auth_session", pattern=r"^[A-Za-z0-9_-]+$", description="Name of the cookie.")
    cookie_domain: str = Field(default="", description="Domain of the cookie; empty: only the host that set it.")
    cookie_path: str = Field(default="/", description="Path of the cookie.")
    cookie_secure: bool = Field(default=False, description="Send the cookie over HTTPS only.")
    cookie_samesite: Literal["Lax", "Strict", "None"] = Field(default="Lax", description="SameSite of the cookie.")
    bind_ipv4_prefix: int = Field(
        default=24,
        ge=0,
        le=32,
        description="A session is honoured only from the network of this prefix in which its person signed in; 0: off.",
    )
    bind_ipv6_prefix: int = Field(default=56, ge=0, le=128, description="The same for IPv6; 0: off.")


class CsrfSection(Section):
    cookie_name: str = Field(default="auth_csrf", pattern=r"^[A-Za-z0-9_-]+$", description="Name of the form cookie.")
    cookie_secure: bool = Field(default=False, description="Send the form cookie over HTTPS only.")


class PasswordSection(Section):
    """Defaults are the first choice of the OWASP Password Storage Cheat Sheet for Argon2id."""

    memory_kib: int = Field(default=19_456, ge=8, le=4_194_304, description="Memory of one Argon2id hash.")
    passes: int = Field(default=2, ge=1, le=64, description="Passes over the memory.")
    lanes: int = Field(default=1, ge=1, le=16, description="Parallel lanes of one hash.")
    min_length: int = Field(default=12, ge=8, le=128, description="Shortest password that may be chosen.")
    reset_life_minutes: int = Field(default=60, ge=1, le=10_080, description="Life of a password-reset link.")


class LockoutSection(Section):
    failures: int = Field(
        default=10, ge=1, le=1000, description="Failed attempts of one account from one network before it is locked."
    )
    cool_off_minutes: int = Field(default=10, ge=1, le=1440, description="Time until attempts are heard again.")


class MailSection(Section):
    backend: Literal["file", "smtp"] = Field(default="file", description="Write mail to files, or hand it to SMTP.")
    directory: SitePath = Field(default=Path("mail"), description="Where backend file puts mail.")
    host: str = Field(default="127.0.0.1", description="SMTP server.")
    port: int = Field(default=25, ge=1, le=65535, description="SMTP port.")
    username: str = Field(default="", description="SMTP user; empty: without signing in.")
    password_file: SiteFile | None = Field(default=None, description="File with the SMTP password.")
    sender: str = Field(default="school@example.org", alias="from", description="Sender of the service's mail.")


class OidcSection(Section):
    signing_key_file: SiteFile = Field(description="File with the RSA key (PEM) that signs ID tokens.")
    code_seconds: int = Field(default=60, ge=5, le=600, description="Life of an authorization code.")
    access_token_minutes: int = Field(default=10, ge=1, le=1440, description="Life of an access token and an ID token.")
    refresh_token_days: int = Field(default=14, ge=1, le=365, description="Life of a refresh token.")


class ClientSection(Section):
    id: str = Field(min_length=1, max_length=100, description="client_id.")
    name: str = Field(min_length=1, max_length=255, description="Name that people see.")
    secret_file: SiteFile = Field(description="File with the client secret.")
    redirect_uris: tuple[str, ...] = Field(min_length=1, description="Addresses that people may be sent back to.")
    post_sign_out_uris: tuple[str, ...] = Field(default=(), description="The same after a sign-out.")


class AuthConfig(Section):
    service: ServiceSection
    database: DatabaseSection
    log: LogSection
    session: SessionSection = SessionSection()
    csrf: CsrfSection = CsrfSection()
    password: PasswordSection = PasswordSection()
    lockout: LockoutSection = LockoutSection()
    mail: MailSection
    oidc: OidcSection
    client: tuple[ClientSection, ...] = Field(default=(), description="Services that sign their people in here.")
    proxy: ProxySection = ProxySection()
    monitoring: MonitoringSection
    server: ServerSection = ServerSection()

    @model_validator(mode="after")
    def _client_ids_differ(self) -> Self:
        ids = [client.id for client in self.client]
        twice = sorted({client_id for client_id in ids if ids.count(client_id) > 1})
        if twice:
            raise ValueError(f"client ids must differ, but {', '.join(twice)} stands twice")
        return self
