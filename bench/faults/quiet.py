"""Runs without a fault: quiet days, harmless changes, deploys that work, rotations with overlap, the night."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

from bench.faults.crowds import surge
from bench.faults.databases import ON_POSTGRESQL
from bench.faults.decoys import HARMLESS_DEPLOY, LONGER, MILDER, both
from bench.faults.edit import change
from bench.faults.fault import Do, Fault, Layout
from bench.faults.session_stores import ON_REDIS
from bench.faults.settings import sets
from bench.faults.stage import SERVICES, Stage


def nothing(stage: Stage) -> None:
    """Let the day go on."""


def _each(do: Callable[[Stage, str], None]) -> Do:
    def inject(stage: Stage) -> None:
        for name in SERVICES:
            do(stage, name)

    return inject


def _rotate_log(stage: Stage, name: str) -> None:
    log = stage.site / "logs" / f"{name}.jsonl"
    os.replace(log, log.with_suffix(".jsonl.1"))


def rotates_with_overlap(service: str) -> Do:
    """The service gets a new secret key, and its former one goes on to be accepted."""

    def inject(stage: Stage) -> None:
        path = stage.secret(f"{service}-secret-key")
        stage.secret(f"{path.name}-before").write_text(path.read_text())
        path.write_text(secrets.token_urlsafe(48) + "\n")
        change(stage.toml(service), "service.secret_key_fallback_files", [f"secrets/{path.name}-before"])
        stage.reload(service)

    return inject


rotate_with_overlap = rotates_with_overlap("auth")


def _quiet(name: str, what: str, inject: Do, layout: Layout | None = None) -> Fault:
    return Fault(name, (), what, inject, layout or Layout())


FAULTS = (
    _quiet("quiet-day", "an ordinary day", nothing),
    _quiet("quiet-night", "the night: hardly anybody comes", nothing, Layout(per_min=4)),
    _quiet("quiet-redis", "an ordinary day on Redis", nothing, ON_REDIS),
    _quiet("quiet-postgresql", "an ordinary day on PostgreSQL", nothing, ON_POSTGRESQL),
    _quiet("quiet-tls", "an ordinary day behind TLS", nothing, Layout(tls=True)),
    _quiet("quiet-library", "an ordinary day with a second client", nothing, Layout(library=True)),
    _quiet("harmless-session-life", "sessions live ten hours", sets("auth", LONGER)),
    _quiet("harmless-lockout", "two mistakes more are allowed", sets("auth", MILDER)),
    _quiet("harmless-recheck", "the portal asks less often", sets("portal", {"sign_in.recheck_seconds": 60})),
    _quiet("harmless-deploy", "a release that works", HARMLESS_DEPLOY),
    _quiet("harmless-reloads", "both services take their configuration again", _each(Stage.reload)),
    _quiet("harmless-log-rotation", "both logs are turned", _each(_rotate_log)),
    _quiet("harmless-rotation", "a key is rotated, the former one still accepted", rotate_with_overlap),
    _quiet("harmless-change-and-deploy", "both at once", both(sets("portal", LONGER), HARMLESS_DEPLOY)),
    _quiet("harmless-more-people", "half as many people more", surge(30)),
)
