"""What portal.toml may say: every key of the portal, with its ground and its limits."""

from typing import Literal

from pydantic import Field

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


class ServiceSection(Section):
    public_url: str = Field(
        pattern=r"^https?://[^/\s]+$",
        description="Address people use, without a slash at its end.",
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(ge=1, le=65535, description="Port the server listens on.")
    secret_key_file: SiteFile = Field(description="File with the key that signs sessions and forms and seals tokens.")
    secret_key_fallback_files: tuple[SiteFile, ...] = Field(
        default=(), description="Files with earlier keys, still accepted for what they signed or sealed."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=("127.0.0.1", "localhost"), description="Host names under which the portal answers."
    )


class SessionSection(Section):
    life_minutes: int = Field(
        default=480, ge=1, le=43200, description="Life of a portal session, from when the provider last confirmed it."
    )
    cookie_name: str = Field(
        default="portal_session",
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Name of the session cookie; not that of the provider, as cookies are not kept apart by port.",
    )
    cookie_domain: str | None = Field(default=None, description="Domain of the session cookie; none = this host only.")
    cookie_path: str = Field(default="/", pattern=r"^/", description="Path of the session cookie.")
    cookie_secure: bool = Field(default=False, description="Send the session and form cookies over HTTPS only.")
    cookie_samesite: Literal["Lax", "Strict", "None"] = Field(
        default="Lax", description="SameSite of the session cookie; Strict breaks the way back from the provider."
    )


class SignInSection(Section):
    issuer: str = Field(
        pattern=r"^https?://\S+[^/\s]$",
        description="The provider's issuer; /.well-known/openid-configuration stands below it.",
    )
    client_id: str = Field(default="portal", min_length=1, description="Client id of the portal at the provider.")
    client_secret_file: SiteFile = Field(description="File with the client secret of the portal at the provider.")
    recheck_seconds: int = Field(
        default=30, ge=1, le=3600, description="A session is asked about at the provider when this time has passed."
    )
    timeout_seconds: float = Field(
        default=3.0, gt=0, le=30, description="Longest wait for each answer of the provider, in seconds."
    )


class MediaSection(Section):
    directory: SitePath = Field(description="Directory of uploaded materials and submissions.")
    max_upload_mib: int = Field(default=10, ge=1, le=1024, description="Largest file that may be uploaded, in MiB.")


class PortalConfig(Section):
    """portal.toml."""

    service: ServiceSection
    database: DatabaseSection
    log: LogSection
    session: SessionSection = SessionSection()
    sign_in: SignInSection
    media: MediaSection
    proxy: ProxySection = ProxySection()
    monitoring: MonitoringSection
    server: ServerSection = ServerSection()
