"""What is said of a later rollback is what a real Django does: a session made under old, visited under new, then again
under old, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from doorward.check.rollback import Helps, rollback_helps
from doorward.check.survival import MadeSession, survives
from doorward.model.configuration import Configuration
from doorward.model.fact import Cookie, Fact, Flow, SigningKey, Store, Where

HERE = Where("settings.py")
MODEL = "django.contrib.auth.backends.ModelBackend"
OTHER_BACKEND = {"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.AllowAllUsersModelBackend"]}
FIRST_KEY = "the first key of a site that is only a test"
OTHER_KEY = {"SECRET_KEY": "another key of a site that is only a test"}
ROTATED = {**OTHER_KEY, "SECRET_KEY_FALLBACKS": [FIRST_KEY]}
COMPACT = {"SESSION_SERIALIZER": "__main__.Compact"}
GONE = {"SESSION_SERIALIZER": "django.contrib.sessions.serializers.PickleSerializer"}
PROVIDER = {"PROVIDER": True}


@dataclass(frozen=True)
class Change:
    """A change of a site whose engine is `engine`, and what is said of going back."""

    engine: str
    change: dict[str, object]
    helps: Helps
    new_engine: str = ""
    of_both: dict[str, object] = field(default_factory=dict)

    @property
    def old(self) -> dict[str, object]:
        """The settings before."""
        return {"SESSION_ENGINE": f"django.contrib.sessions.backends.{self.engine}", **self.of_both}

    @property
    def new(self) -> dict[str, object]:
        """The settings after."""
        engine = self.new_engine or self.engine
        return {**self.old, "SESSION_ENGINE": f"django.contrib.sessions.backends.{engine}", **self.change}


CHANGES = {
    "cookie_renamed": Change("db", {"SESSION_COOKIE_NAME": "sid"}, Helps.YES),
    "key_replaced_db": Change("db", OTHER_KEY, Helps.YES),
    "key_replaced_file": Change("file", OTHER_KEY, Helps.YES),
    "key_replaced_cache": Change("cache", OTHER_KEY, Helps.ROW),
    "key_replaced_cached_db": Change("cached_db", OTHER_KEY, Helps.ROW),
    "key_replaced_signed_cookies": Change("signed_cookies", OTHER_KEY, Helps.COOKIE),
    "key_replaced_client_of_a_provider": Change("db", OTHER_KEY, Helps.WRITTEN_OVER, of_both=PROVIDER),
    "key_rotated": Change("db", ROTATED, Helps.MEANTIME),
    "serializer_changed_db": Change("db", COMPACT, Helps.YES),
    "serializer_changed_signed_cookies": Change("signed_cookies", COMPACT, Helps.COOKIE),
    "serializer_gone": Change("db", GONE, Helps.YES),
    "backend_replaced": Change("db", OTHER_BACKEND, Helps.YES),
    "backend_replaced_client_of_a_provider": Change("db", OTHER_BACKEND, Helps.YES, of_both=PROVIDER),
    "engine_changed": Change("db", {}, Helps.COOKIE, "cache"),
    "engine_with_a_cache_in_front": Change("db", {}, Helps.NOT_NEEDED, "cached_db"),
    "another_database": Change("db", {"DATABASE": "second.sqlite3"}, Helps.COOKIE),
    "another_prefix": Change("cache", {"PREFIX": "next"}, Helps.COOKIE),
}


def _configuration(settings: dict[str, object]) -> Configuration:
    """The Facts of those settings."""
    engine = str(settings["SESSION_ENGINE"]).rpartition(".")[2]
    serializer = str(settings.get("SESSION_SERIALIZER", "json"))
    place = str(settings.get("PREFIX" if engine == "cache" else "DATABASE", "first"))
    broken = ("SESSION_SERIALIZER: there is no such class",) if serializer.endswith("PickleSerializer") else ()
    backends = settings.get("AUTHENTICATION_BACKENDS", [MODEL])
    assert isinstance(backends, list)
    former = settings.get("SECRET_KEY_FALLBACKS", [])
    assert isinstance(former, list)
    told: list[Fact] = [
        SigningKey(HERE, "session", str(settings.get("SECRET_KEY", FIRST_KEY))),
        *(SigningKey(HERE, "session", key, fallback=True) for key in former),
        Cookie(HERE, "session", str(settings.get("SESSION_COOKIE_NAME", "sessionid")), None, "/", False, "Lax"),
        Store(HERE, engine, serializer, place, True, keeps=True, broken=broken),
        Flow(HERE, "backends", tuple(backends)),
    ]
    if settings.get("PROVIDER"):
        told.append(Flow(HERE, "single-sign-on-client", ("oidc",)))
    return Configuration("django", "settings", tuple(told), ())


@pytest.fixture(scope="module")
def met() -> dict[str, list[str]]:
    """What a person met under new and then under old again, by change."""
    program = Path(__file__).with_name("visits.py")
    asked = json.dumps([[change.old, change.new] for change in CHANGES.values()])
    done = subprocess.run([sys.executable, str(program)], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(CHANGES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", CHANGES)
def test_a_later_rollback_does_what_is_said(met: dict[str, list[str]], name: str) -> None:
    change = CHANGES[name]
    old, new = _configuration(change.old), _configuration(change.new)
    lost = survives(old, new, MadeSession(MODEL))
    under_new, under_old_again = met[name]
    assert (lost is None) == (under_new == "in")
    assert rollback_helps(old, new, lost) is change.helps
    assert (change.helps in (Helps.YES, Helps.NOT_NEEDED)) == (under_old_again == "in")


def test_a_narrower_binding_outlives_the_rollback() -> None:
    old = Configuration("school", "auth.toml", (Flow(HERE, "binding-ipv4", ("24",)),), ())
    new = Configuration("school", "auth.toml", (Flow(HERE, "binding-ipv4", ("32",)),), ())
    assert rollback_helps(old, new, None) is Helps.BOUND
    assert rollback_helps(new, old, None) is Helps.NOT_NEEDED


def test_of_kinds_that_were_not_measured_nothing_is_said() -> None:
    realm = Configuration("keycloak", "realm.json", (), ())
    assert rollback_helps(realm, realm, None) is Helps.UNKNOWN
