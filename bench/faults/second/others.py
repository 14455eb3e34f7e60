"""The second set: upstream providers and single clients or browsers that go wrong in ways the earlier sets have not."""

from __future__ import annotations

import itertools
import re

from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_settings import sets
from bench.faults.held_out_stores import said_to_sqlite
from bench.faults.mend import files, ways_open
from bench.faults.others import library
from bench.faults.stage import Stage
from bench.faults.ways import rewrites

_EXTERNAL = Layout(is_external=True, front=True)
_FRONT = Layout(front=True)
_WITH_LIBRARY = Layout(library=True)
_GRANTS = "oauth2_provider_grant"
_COOKIES = re.compile(rb"\r\nCookie: [^\r]*", re.IGNORECASE)
_SCOPE = re.compile(rb"scope=openid(\+|%20)profile")
# More than a server takes in one line of a head.
_TRACES = b"; traces=" + b"x" * 9000


# Upstream ------------------------------------------------------------------------------------------------------------


def _one_node_bad(stage: Stage) -> None:
    """Every second request for its OpenID pages meets a node that knows none of them."""
    turns = itertools.cycle((b" /o/", b" /empty-node/"))
    stage.relays["front-auth"].rewrite = lambda data: data.replace(b" /o/", next(turns), 1) if b" /o/" in data else data


def _withholds_openid(data: bytes) -> bytes:
    """The provider grants us one scope less: it issues no ID token."""
    return _SCOPE.sub(b"scope=profile", data)


def _upstream(name: str, what: str, inject: Do, undo: Do) -> Fault:
    return Fault(name, ("upstream",), what, inject, _EXTERNAL, undo=undo)


# Clients -------------------------------------------------------------------------------------------------------------


def _withholds_cookies_on_return(data: bytes) -> bytes:
    """A browser's new version takes the way back from the provider for another site's doing, and sends no cookie."""
    is_hit = data.startswith(b"GET /sign-in/callback/") and b"Chrome/" in data
    return _COOKIES.sub(b"", data) if is_hit else data


def _cookies_too_large(data: bytes) -> bytes:
    """Something that runs in one browser fills the jar, and its cookies no longer pass."""
    return _COOKIES.sub(lambda found: found[0] + _TRACES, data, count=1) if b"iPhone" in data else data


def _one_client(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("client",), what, inject, _WITH_LIBRARY, undo=library({}))


def _one_browser(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("client",), what, inject, _FRONT, undo=ways_open)


FAULTS = (
    # What is set is the provider's own; of us, nothing changed.
    _upstream(
        "upstream-issuer-changed",
        "the provider says that it is another issuer",
        sets("auth", {"service.public_url": "https://login.provider.example"}),
        files("auth"),
    ),
    _upstream(
        "upstream-withholds-openid",
        "the provider issues no ID token to us any more",
        rewrites(_withholds_openid, "front-auth"),
        ways_open,
    ),
    _upstream("upstream-one-node-bad", "one of two nodes of the provider is empty", _one_node_bad, ways_open),
    _upstream(
        "upstream-fails-after-password",
        "the provider takes the password, and then fails",
        said_to_sqlite("auth", f"ALTER TABLE {_GRANTS} RENAME TO {_GRANTS}_before"),
        said_to_sqlite("auth", f"ALTER TABLE {_GRANTS}_before RENAME TO {_GRANTS}"),
    ),
    _one_client("library-asks-for-more", "it asks for what it may not have", library({"scope": "openid groups"})),
    _one_client(
        "library-of-staging", "it was rolled out with its id for tests", library({"client_id": "library-staging"})
    ),
    _one_browser(
        "chromium-withholds-cookies-on-return",
        "one browser sends no cookies on the way back from the provider",
        rewrites(_withholds_cookies_on_return, "front-portal"),
    ),
    _one_browser(
        "safari-cookies-too-large",
        "one browser sends cookies larger than a server takes",
        rewrites(_cookies_too_large, "front-auth", "front-portal"),
    ),
)
