"""The journeys of a client at a real Keycloak, by its own pages: who signs in, and how each fault of theirs is named.

`python -m bench.probe_keycloak --keycloak DIR` (or DOORWARD_KEYCLOAK): DIR is an unpacked distribution. A minute to
start, seconds to measure. Exit 1 where a journey ended otherwise than it should.
"""

from __future__ import annotations

import argparse
import os
import sys
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.keycloak.changes import Json
from bench.keycloak.server import keycloak
from doorward.model.journey import ProbeResult
from doorward.probe.driver import run
from doorward.probe.plan import Client, ProbePlan

_REDIRECT, _AFTER = "https://probe.invalid/callback", "https://probe.invalid/signed-out"
_PASSWORD, _SECRET, _KEY = "password-canary", "client-secret-canary", b"12345678901234567890"
_ALL = ("userinfo", "refresh", "introspection", "sign-out")


@dataclass(frozen=True, slots=True)
class Case:
    """One journey, and how it should end."""

    name: str
    reason: str = "ok"
    person: str = "ada"
    password: str = _PASSWORD
    client: str = "probe"
    secret: str = _SECRET
    journey: str = "openid"
    has_key: bool = False


CASES = (
    Case("name and password"),
    Case("with consent", client="consents"),
    Case("with a one-time code", person="eve", has_key=True),
    Case("a program as itself", journey="client-credentials"),
    Case("wrong password", "wrong-password", password="another canary"),
    Case("wrong client secret", "client-refused", secret="an old canary"),
    Case("one-time code without its key", "no-one-time-code-to-give", person="eve"),
    Case("unknown client", "http-400", client="gone"),
)


def _realm() -> Json:
    def person(name: str, *more: Json) -> Json:
        return {
            "username": name,
            "enabled": True,
            "email": f"{name}@example.org",
            "emailVerified": True,
            "firstName": name,
            "lastName": name,
            "credentials": [{"type": "password", "value": _PASSWORD}, *more],
        }

    def client(name: str, consents: bool) -> Json:
        return {
            "clientId": name,
            "publicClient": False,
            "secret": _SECRET,
            "serviceAccountsEnabled": not consents,
            "consentRequired": consents,
            "redirectUris": [_REDIRECT],
            "attributes": {"post.logout.redirect.uris": _AFTER, "pkce.code.challenge.method": "S256"},
        }

    code: Json = {
        "type": "otp",
        "secretData": f'{{"value":"{_KEY.decode()}"}}',
        "credentialData": '{"subType":"totp","digits":6,"period":30,"algorithm":"HmacSHA1","counter":0}',
    }
    return {
        "realm": "probe",
        "enabled": True,
        "users": [person("ada"), person("eve", code)],
        "clients": [client("probe", False), client("consents", True)],
    }


def _probe(issuer: str, case: Case) -> ProbeResult:
    plan = ProbePlan(
        name=case.name,
        journey=case.journey,
        start_url=issuer,
        issuer=issuer,
        account=(case.person, case.password),
        client=Client(case.client, case.secret, _REDIRECT, post_sign_out_uri=_AFTER),
        then=_ALL,
        totp_secret=b32encode(_KEY).decode() if case.has_key else "",
        # Keycloak takes its own machine for secure, as browsers do.
        loopback_is_secure=True,
        timeout_s=30.0,
        total_s=120.0,
    )
    return run(plan, datetime.now(UTC))


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line a journey; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.probe_keycloak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--keycloak", default=os.environ.get("DOORWARD_KEYCLOAK", ""), help="folder of a Keycloak")
    folder = parser.parse_args(argv).keycloak
    if not folder:
        print("not run: name the folder of a Keycloak by --keycloak or DOORWARD_KEYCLOAK", file=sys.stderr)
        return 0
    wrong = 0
    with keycloak(Path(folder)) as server:
        server.make(_realm())
        for case in CASES:
            result = _probe(f"{server.base}/realms/probe", case)
            shows = "canary" in repr(result)
            wrong += result.reason != case.reason or shows
            mark = "SHOWS A SECRET" if shows else "" if result.reason == case.reason else f"should be {case.reason}"
            line = f"{case.name:30} {result.reason:26} {len(result.steps):2} steps {result.took_ms:6.0f} ms  {mark}"
            print(line.rstrip(), flush=True)
    print(f"{len(CASES) - wrong} of {len(CASES)} ended as they should")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
