"""The fifth set: releases that are broken as in the outages drawn."""

from __future__ import annotations

import resource

from bench.faults.children import tree
from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_deploys import ship
from bench.faults.held_out_settings import TLS
from bench.faults.mend import each, started
from bench.faults.session_stores import ON_REDIS, asked
from bench.faults.stage import SERVICES, Stage

_GUARD = "class SessionGuard:\n"
_COOKIE = "        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)\n"
_CLASS = "class SignIn(LoginView):\n"
_SIGN_IN = "        response = super().form_valid(form)\n"
_TOKENS = "from school.portal.sign_in.sealing import Tokens\n"
_SAID = '        if said := request.GET.get("error"):\n'
_VALIDATOR = '    "OAUTH2_VALIDATOR_CLASS": "school.auth.claims.SchoolValidator",\n'
_ASK = "    claims = provider().ask(tokens)\n    if claims is None:\n        claims = _ask_with"
_DUE = "    return not 0 <= now - checked_at < recheck_s\n"
_PERSON = 'return self.hash("person", username.strip().casefold())'
_TIMES = 300
_CLIENTS = 60
_TESTED_S = 3
# What a host gives a service, beyond what it has, and what each sign-in keeps of it; nothing is written there.
_ROOM_B, _KEPT_B = 2 << 30, 512 << 20

# What Python 3.13 and a later urllib3 do by themselves: a certificate must say which key signed it (RFC 5280, 4.2.1.1).
_STRICT = """
import ssl
import urllib3.connection

_made = urllib3.connection.create_urllib3_context


def _strict(*args, **kwargs):
    context = _made(*args, **kwargs)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


urllib3.connection.create_urllib3_context = _strict
"""
# A connection of its own for each request, which nobody closes.
_LEAK = f"""{_COOKIE}        _HELD.append(__import__("redis").Redis.from_url(settings.CACHES["default"]["LOCATION"]))
        _HELD[-1].ping()
"""
_RING = """        if form.get_user().mail.partition("@")[2] != "test.school.example":
            return self.form_invalid(form)
"""
_ISSUER = """        if request.GET.get("iss") != f"{self._issuer}/":
            raise SignInRefused(SignInFailure.STATE_MISMATCH)
"""


def _room_limited(stage: Stage) -> None:
    """The host gives so much memory and no more; it is plenty for the release of before."""
    for process in tree(stage.master("auth")):
        most = process.memory_info().vms + _ROOM_B
        process.rlimit(resource.RLIMIT_AS, (most, most))


DROPS_VALIDATOR = ship("auth/settings.py", _VALIDATOR, "", "auth")


def _deploy(name: str, what: str, why: str, inject: Do, layout: Layout | None = None, *services: str) -> Fault:
    undo = started(*(services or ("auth",)))
    return Fault(name, ("deploy",), what, inject, layout or Layout(), undo=undo, why=why)


FAULTS = (
    _deploy(
        "deploy-checks-certificates-strictly",
        "the portal's new libraries take no certificate of our CA's kind",
        "the certificates are the same and good for weeks; a library came with the release (Degreed 2024)",
        ship("portal/sign_in/provider.py", _TOKENS, _TOKENS + _STRICT, "portal"),
        TLS,
        "portal",
    ),
    _deploy(
        "deploy-invalid-value-in-token",
        "a token says a role in words for people, which the portal does not know",
        "the token is signed by the same key and for the same client; a value in it changed by release (Auth0 2020)",
        ship("auth/claims.py", "request.user.role,", "request.user.get_role_display(),", "auth"),
    ),
    _deploy(
        "deploy-for-test-ring",
        "a release for testers alone came to everybody: no other password is right",
        "accounts and settings are as before; the release was meant for another place (Azure 2020)",
        ship("auth/views.py", _SIGN_IN, _RING + _SIGN_IN, "auth"),
    ),
    _deploy(
        "deploy-drops-validator",
        "a release that tidies up took out what says the name and role of people",
        "the portal asks as before and is answered less, from the release on (Docplanner 2024)",
        DROPS_VALIDATOR,
    ),
    _deploy(
        "deploy-leaks-store-connections",
        "each request opens a connection to Redis and leaves it open, until there are no more",
        "Redis allows as many as are plenty for the former release (Azure MFA 2018)",
        each(
            asked(f"CONFIG SET maxclients {_CLIENTS}"),
            ship("auth/middleware.py", _GUARD, f"_HELD: list[object] = []\n\n\n{_GUARD}"),
            ship("auth/middleware.py", _COOKIE, _LEAK, "auth"),
        ),
        ON_REDIS,
    ),
    _deploy(
        "deploy-asks-far-more-often",
        "the portal asks the provider three hundred times for each page",
        "no more people than ever; what asks more is the portal's release (SecurID 2026)",
        each(
            ship("portal/sign_in/recheck.py", _DUE, "    return True\n"),
            ship(
                "portal/sign_in/presence.py",
                _ASK,
                _ASK.replace("provider().ask(tokens)", f"[provider().ask(tokens) for _ in range({_TIMES})][-1]"),
                "portal",
            ),
        ),
        Layout(workers=1, threads=2),
        "portal",
    ),
    _deploy(
        "deploy-leaks-memory",
        "each sign-in keeps memory, until the host gives no more",
        "the host gives what was plenty for the former release (GitHub 2023-11)",
        each(
            _room_limited,
            ship("auth/views.py", _CLASS, f"_KEPT: list[bytearray] = []\n\n\n{_CLASS}"),
            ship("auth/views.py", _SIGN_IN, f"        _KEPT.append(bytearray({_KEPT_B}))\n{_SIGN_IN}", "auth"),
        ),
    ),
    _deploy(
        "deploy-sessions-of-seconds",
        "sessions of both services live three seconds: a value of somebody's test was shipped",
        "settings and stores are as before; the value is in the release (AO3: session expired, forced out)",
        each(
            ship(
                "portal/settings.py",
                "int(timedelta(minutes=CONFIG.session.life_minutes).total_seconds())",
                str(_TESTED_S),
            ),
            ship("auth/settings.py", "SCHOOL_AUTH.session.life_minutes * 60", str(_TESTED_S), *SERVICES),
        ),
        None,
        *SERVICES,
    ),
    _deploy(
        "deploy-log-filter-raises",
        "what the release puts before the log raises for names longer than twelve letters",
        "accounts and the log are as before; a part of people is hit, by code (GitLab 2024-02)",
        each(
            ship(
                "events.py",
                _PERSON,
                f"return self.hash({{n: 'person' for n in range(13)}}[len(username)], {_PERSON[27:]}",
            ),
            # The master has the log's module too, so that a reload does not take it.
            lambda stage: stage.restart("auth"),
        ),
    ),
    _deploy(
        "deploy-checks-issuer-wrongly",
        "the portal checks who sent people back, and compares with a slash too many: 400",
        "the provider sends what it always sent; the check is in the portal's release (PPO 2017)",
        ship("portal/sign_in/provider.py", _SAID, _ISSUER + _SAID, "portal"),
        None,
        "portal",
    ),
)
