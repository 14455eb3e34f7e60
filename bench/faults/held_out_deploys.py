"""Held out: broken releases, decoys, and runs without a fault that the catalogue does not have."""

from __future__ import annotations

import os
import secrets
import shutil
import signal

from bench.faults.children import send
from bench.faults.crowds import attack, surge
from bench.faults.databases import ON_POSTGRESQL, said
from bench.faults.decoys import HARMLESS_DEPLOY, LONGER
from bench.faults.deploys import deploy
from bench.faults.edit import change
from bench.faults.fault import Do, Fault
from bench.faults.held_out_settings import END_ALL, TLS, public_url_elsewhere, renewed, sets
from bench.faults.held_out_stores import RIGHTS_GRANTED, RIGHTS_REVOKED, WRITES_ALLOWED, WRITES_REFUSED
from bench.faults.held_out_ways import BEHIND, CAPTIVE, CAPTIVE_GONE
from bench.faults.makers import decoy, quiet
from bench.faults.mend import each, files, keep, started, stopped
from bench.faults.processes import signals
from bench.faults.quiet import rotate_with_overlap
from bench.faults.session_stores import ON_REDIS
from bench.faults.stage import SERVICES, Stage, pause

_APART_S = 4.0


# Releases ------------------------------------------------------------------------------------------------------------


def ship(path: str, before: str, after: str, *services: str) -> Do:
    """A release in which this text of a file reads otherwise; the files as they were are kept."""

    def inject(stage: Stage) -> None:
        keep(stage, stage.release / "school" / path, stage.release / "RELEASE")
        deploy(path, before, after, *services)(stage)

    return inject


_CLASS = "class SignIn(LoginView):\n"
_SIGN_IN = "        response = super().form_valid(form)\n"
_FAILS = '        form.get_user().profile["nick"]\n'
# Sign-ins are to come one after the other, and whoever had the turn never gives it back: the second one of each worker
# waits for ever, and with it, soon, all threads.
_DEADLOCK = each(
    ship("auth/views.py", _CLASS, f'_TURN = __import__("threading").Lock()\n\n\n{_CLASS}'),
    ship("auth/views.py", _SIGN_IN, f"        _TURN.acquire()\n{_SIGN_IN}", "auth"),
)
_CLAIM_RENAMED = ship("auth/claims.py", '"role": lambda', '"roles": lambda', "auth")
_TOKEN_LOST = ship("auth/templates/auth/sign_in.html", "  {% csrf_token %}\n", "", "auth")
_CALLBACK_MOVED = ship("portal/urls.py", '"sign-in/callback/"', '"sign-in/return/"', "portal")


def _half_rolled_out(stage: Stage) -> None:
    """One of two workers runs the new release, and that one fails at each sign-in."""
    ship("auth/views.py", _SIGN_IN, _SIGN_IN + _FAILS)(stage)
    send(stage.workers("auth")[0], signal.SIGTERM)


def _deploy(name: str, what: str, inject: Do, *services: str) -> Fault:
    return Fault(name, ("deploy",), what, inject, undo=started(*services))


# No fault ------------------------------------------------------------------------------------------------------------


def _rolling_restart(stage: Stage) -> None:
    """Workers are replaced one by one, each in order; the ports stay open."""
    for name in SERVICES:
        for pid in stage.workers(name):
            os.kill(pid, signal.SIGTERM)
            pause(_APART_S)


def _copy_and_truncate(stage: Stage) -> None:
    """Logs are turned the other way: copied, then emptied in place."""
    for name in SERVICES:
        log = stage.site / "logs" / f"{name}.jsonl"
        shutil.copy(log, log.with_suffix(".jsonl.1"))
        os.truncate(log, 0)


def _refused_change(stage: Stage) -> None:
    """A value out of its range: the service says so and goes on as it was."""
    sets("auth", {"session.life_minutes": 0})(stage)


def _client_added(stage: Stage) -> None:
    """A further service will sign its people in here."""
    stage.secret("canteen-secret").write_text(secrets.token_urlsafe(32) + "\n")
    keep(stage, stage.toml("auth"))
    with stage.toml("auth").open("a") as file:
        file.write('\n[[client]]\nid = "canteen"\nname = "Canteen"\nsecret_file = "secrets/canteen-secret"\n')
        file.write('redirect_uris = ["http://127.0.0.1:9/canteen/callback"]\n')
    stage.reload("auth")


def _cookie_policy(stage: Stage) -> None:
    """Several settings at once, none of which takes anything from anybody."""
    keep(stage, stage.toml("auth"))
    change(stage.toml("auth"), "password.min_length", 14)
    change(stage.toml("auth"), "lockout.cool_off_minutes", 5)
    stage.set("auth", {"oidc.code_seconds": 90})


FAULTS = (
    _deploy("deploy-callback-moved", "the portal's callback has another address", _CALLBACK_MOVED, "portal"),
    _deploy("deploy-form-token-lost", "the sign-in form lost its token: 403", _TOKEN_LOST, "auth"),
    _deploy("deploy-deadlock", "a lock is taken at sign-in and never given back", _DEADLOCK, "auth"),
    _deploy("deploy-claim-renamed", "the provider says roles, the portal reads role", _CLAIM_RENAMED, "auth"),
    _deploy("deploy-half-rolled-out", "one of two workers runs a broken release", _half_rolled_out, "auth"),
    decoy(
        "deploy-then-rights-revoked",
        "database",
        "deploy",
        (HARMLESS_DEPLOY, RIGHTS_REVOKED, RIGHTS_GRANTED),
        ON_POSTGRESQL,
    ),
    decoy(
        "rotation-then-portal-killed",
        "server",
        "key",
        (rotate_with_overlap, signals(signal.SIGKILL, "portal"), started("portal")),
    ),
    decoy(
        "more-people-then-wrong-setting",
        "configuration",
        "load",
        (surge(30), public_url_elsewhere, each(stopped, files("portal"))),
    ),
    decoy(
        "attack-and-back-channel-gate",
        "network",
        "attack",
        (attack("stuffing", 3, 40), CAPTIVE, each(stopped, CAPTIVE_GONE)),
        BEHIND,
    ),
    decoy(
        "change-then-broken-deploy",
        "deploy",
        "configuration",
        (sets("portal", dict(LONGER)), _CLAIM_RENAMED, started("auth")),
    ),
    Fault(
        "deploy-and-redis-writes-refused",
        ("deploy", "session-store"),
        "two faults at once",
        each(_CALLBACK_MOVED, WRITES_REFUSED),
        ON_REDIS,
        is_double=True,
        undo=each(WRITES_ALLOWED, started("portal")),
    ),
    quiet("harmless-rolling-restart", "workers are replaced one by one", _rolling_restart),
    quiet("harmless-log-truncation", "both logs are copied and emptied", _copy_and_truncate),
    quiet("harmless-refused-change", "a wrong value is refused at the reload", _refused_change, files("auth")),
    quiet("harmless-client-added", "one client more", _client_added, files("auth")),
    quiet("harmless-three-settings", "three settings at once", _cookie_policy, files("auth")),
    quiet("harmless-busy-lesson", "two and a half times the people", surge(90), stopped),
    quiet("harmless-connections-renewed", "idle connections are ended", said(END_ALL), layout=ON_POSTGRESQL),
    quiet("harmless-certificate-renewed", "a certificate is renewed in time", renewed("portal"), layout=TLS),
)
