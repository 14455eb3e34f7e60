"""Makes a site: secrets, the two configurations, databases, people, courses.

In: a directory and some numbers. Out: a site that `python -m school serve` can serve. Nothing of an existing site is
touched without --force.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from school.config import load
from school.people import Person, invent
from school.services import MODELS, Name, Place
from school.site_files import auth_toml, portal_toml

_DIRECTORIES = ("secrets", "logs", "run", "media", "mail")
_SECRETS = ("auth-secret-key", "portal-secret-key", "log-key", "portal-client-secret", "monitoring-token")
_OURS = ("auth.toml", "portal.toml", "auth.sqlite3", "portal.sqlite3", *_DIRECTORIES)


class SetupRefused(Exception):
    """Setup would overwrite something."""


class SetupFailed(Exception):
    """A step of setup ended with an error, which stands on standard error."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make. `seed` makes people and courses the same each time; secrets are always new."""

    site: Path
    people: int
    courses: int
    auth_port: int
    portal_port: int
    seed: int


def setup(plan: Plan, force: bool) -> None:
    _clear(plan.site, force)
    for name in _DIRECTORIES:
        (plan.site / name).mkdir(mode=0o700 if name == "secrets" else 0o755, parents=True)
    _write_secrets(plan.site / "secrets", invent(plan.people, Random(plan.seed)))
    (plan.site / "auth.toml").write_text(auth_toml(plan.auth_port, plan.portal_port), encoding="utf-8")
    (plan.site / "portal.toml").write_text(portal_toml(plan.auth_port, plan.portal_port), encoding="utf-8")
    for name in Name:
        load(Place(plan.site, name).config, MODELS[name])
    _run(Place(plan.site, Name.AUTH), "school.auth.seed", str(plan.site))
    _run(Place(plan.site, Name.PORTAL), "django", "migrate", "--verbosity", "0")
    seeding = ("--people", str(plan.people), "--courses", str(plan.courses))
    _run(Place(plan.site, Name.PORTAL), "school.portal.seed", str(plan.site), *seeding)


def _clear(site: Path, force: bool) -> None:
    """Removes only what a setup makes, never other files of the directory."""
    served = [name for name in Name if Place(site, name).is_served]
    if served:
        raise SetupRefused(f"{site} is being served ({', '.join(served)}); end that first")
    existing = [site / name for name in _OURS if (site / name).exists()]
    if existing and not force:
        raise SetupRefused(f"{site} already holds {existing[0].name}; --force replaces the whole site")
    for path in existing:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for leftover in site.glob("*.sqlite3-*"):
        leftover.unlink()


def _write_secrets(directory: Path, people: tuple[Person, ...]) -> None:
    for name in _SECRETS:
        _write_private(directory / name, secrets.token_urlsafe(48) + "\n")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_private(directory / "oidc-signing-key.pem", pem.decode("ascii"))
    listed = [
        {
            "sub": str(uuid.uuid4()),
            "username": person.username,
            "password": secrets.token_urlsafe(12),
            "role": person.role,
            "name": person.name,
            "mail": person.mail,
            "monitor": person.monitor,
        }
        for person in people
    ]
    _write_private(directory / "people.json", json.dumps(listed, indent=1, ensure_ascii=False) + "\n")


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _run(place: Place, module: str, *arguments: str) -> None:
    environment = os.environ | place.environment
    result = subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=False)
    if result.returncode != 0:
        raise SetupFailed(f"{module} ended with {result.returncode}")
