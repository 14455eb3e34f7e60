"""Somebody else's fault: an upstream provider that fails, one client that is broken, one browser that is."""

from __future__ import annotations

import json
import re
import secrets
import signal
from collections.abc import Mapping

from bench.faults.fault import Do, Fault, Layout
from bench.faults.keys import rotated
from bench.faults.library import WAYS
from bench.faults.processes import signals
from bench.faults.relay import Mode
from bench.faults.settings import sets
from bench.faults.stage import Stage
from bench.faults.ways import ways

_EXTERNAL = Layout(is_external=True, front=True)
_WITH_LIBRARY = Layout(library=True)
_FRONT = Layout(front=True)
_COOKIES = re.compile(rb"\r\nCookie: [^\r]*", re.IGNORECASE)


def _answers_elsewhere(stage: Stage) -> None:
    """The provider's own proxy leads nowhere: 404 for all its OpenID pages."""
    stage.relays["front-auth"].rewrite = lambda data: data.replace(b" /o/", b" /retired/")


def library(said: Mapping[str, str]) -> Do:
    """The second client does it so from now on, see `library.py`; with nothing said it is well again."""

    def inject(stage: Stage) -> None:
        (stage.site / WAYS).write_text(json.dumps(said))

    return inject


def _drops_cookies(agent: bytes, method: bytes = b"") -> Do:
    """A browser's new version no longer sends our cookies."""

    def forget(data: bytes) -> bytes:
        return _COOKIES.sub(b"", data) if agent in data and data.startswith(method) else data

    def inject(stage: Stage) -> None:
        for name in ("front-auth", "front-portal"):
            stage.relays[name].rewrite = forget

    return inject


def _upstream(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("upstream",), what, inject, _EXTERNAL)


def _one_client(name: str, what: str, said: Mapping[str, str]) -> Fault:
    return Fault(name, ("client",), what, library(said), _WITH_LIBRARY)


_GONE = "django.contrib.sessions.serializers.PickleSerializer"
FAULTS = (
    _upstream("upstream-gone", "the provider is gone: connections are refused", signals(signal.SIGKILL, "auth")),
    _upstream("upstream-hangs", "the provider accepts and does not answer", signals(signal.SIGSTOP, "auth")),
    _upstream("upstream-errors", "the provider answers 500", sets("auth", {"session.serializer": _GONE})),
    _upstream("upstream-not-found", "the provider's OpenID pages answer 404", _answers_elsewhere),
    _upstream("upstream-slow", "each answer takes 4 s longer", ways(Mode.SLOW, "front-auth", delay_s=4.0)),
    Fault(
        "upstream-rotated-secret",
        ("upstream", "key"),
        "the provider rotated our secret",
        rotated("portal-client-secret-at-auth", "auth"),
        _EXTERNAL,
    ),
    _one_client("library-wrong-secret", "the library lost its secret", {"secret": secrets.token_urlsafe(16)}),
    _one_client("library-wrong-callback", "the library moved", {"redirect_uri": "http://127.0.0.1:9/new/callback"}),
    _one_client("library-wrong-verifier", "the library mixes its sign-ins up", {"code_verifier": "x" * 60}),
    Fault("safari-drops-cookies", ("client",), "one browser sends no cookies", _drops_cookies(b"iPhone"), _FRONT),
    Fault(
        "firefox-drops-cookies-of-forms",
        ("client",),
        "one browser sends forms without cookies",
        _drops_cookies(b"Firefox/", b"POST"),
        _FRONT,
    ),
)
