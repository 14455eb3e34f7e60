"""The options of `doorward probe` for a URL: what each is called, takes and says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorward.commands.probing_url import BY_URL

_URL, _CLIENT, _LINE = "For a URL", "For an OpenID issuer", "For ldap:// and ssh://"
_JOURNEYS = f"One of {', '.join(BY_URL)}; default: form, and for ldap:// and ssh:// what they say."


def _option(name: str, what: str, panel: str = _URL) -> object:
    return typer.Option(name, help=what, rich_help_panel=panel, show_default=False)


def _file(name: str, what: str, panel: str = _URL) -> object:
    return _option(name, f"File with {what}.", panel)


def _env(name: str, panel: str = _URL) -> object:
    return _option(name, "Or: environment variable with it.", panel)


Target = Annotated[
    str,
    typer.Argument(help="A probe of doorward.toml, `all`, or the URL where a person begins (openid: the issuer)."),
]
Journey = Annotated[str, _option("--journey", _JOURNEYS)]
UsernameFile = Annotated[Path | None, _file("--username-file", "the user name (ldap: a DN, mostly)")]
UsernameEnv = Annotated[str, _env("--username-env")]
PasswordFile = Annotated[Path | None, _file("--password-file", "the password")]
PasswordEnv = Annotated[str, _env("--password-env")]
TotpFile = Annotated[Path | None, _file("--totp-file", "the key of one-time codes (base32)")]
TotpEnv = Annotated[str, _env("--totp-env")]
Authorities = Annotated[Path | None, _file("--authorities", "certificates (PEM) to believe beside the system's")]
Hosts = Annotated[list[str] | None, _option("--host", "Another host that may be asked; once for each.")]
ClientId = Annotated[str, _option("--client-id", "The client that the probe is.", _CLIENT)]
ClientSecretFile = Annotated[Path | None, _file("--client-secret-file", "the client's secret", _CLIENT)]
ClientSecretEnv = Annotated[str, _env("--client-secret-env", _CLIENT)]
RedirectUri = Annotated[
    str, _option("--redirect-uri", "openid: the client's redirect URI; the redirect to it is never opened.", _CLIENT)
]
StartTls = Annotated[bool, _option("--starttls", "ldap://: go on under TLS.", _LINE)]
KeyFile = Annotated[Path | None, _file("--key-file", "a private key, instead of a password (ssh)", _LINE)]
KnownHosts = Annotated[Path | None, _file("--known-hosts", "the host's key, as ssh-keyscan prints it (ssh)", _LINE)]
