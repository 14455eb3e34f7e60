"""The fourth set: releases that are broken in ways that no earlier set has."""

from __future__ import annotations

from bench.faults.fault import Do, Fault
from bench.faults.held_out_deploys import ship
from bench.faults.mend import each, started

_CLASS = "class SignIn(LoginView):\n"
_SIGN_IN = "        response = super().form_valid(form)\n"
_ACCOUNT = "    account = presence.account_of(claims)\n"
_ARGON2 = '["school.auth.hashers.Argon2"]'
_SCRYPT = '["django.contrib.auth.hashers.ScryptPasswordHasher"]'
_COOKIE = "SESSION_COOKIE_NAME = CONFIG.session.cookie_name"
_SHARE = '__import__("random").random() < (__import__("time").monotonic() - _SINCE) / 20'
# What is new is switched on for a larger part every second, and does not work.
_BY_SHARE = each(
    ship("auth/views.py", _CLASS, f'_SINCE = __import__("time").monotonic()\n\n\n{_CLASS}'),
    ship("auth/views.py", _SIGN_IN, f"        if {_SHARE}:\n            form.cleaned_data['step']\n{_SIGN_IN}", "auth"),
)
# Of a session's key the first place is taken for a digit; it is one of ten digits or twenty-six letters.
BY_CHANCE = ship("portal/sign_in/views.py", _ACCOUNT, f"{_ACCOUNT}    int(request.session.session_key[0])\n", "portal")


def _deploy(name: str, what: str, why: str, inject: Do, service: str) -> Fault:
    return Fault(name, ("deploy",), what, inject, undo=started(service), why=why)


FAULTS = (
    _deploy(
        "deploy-cookie-of-each-worker",
        "each worker of the portal has a cookie of its own: who meets another one is a stranger to it",
        "keys and settings are as before; the release names the cookie after the process (uniFLOW)",
        ship("portal/settings.py", f"{_COOKIE}\n", f'{_COOKIE} + f"_{{os.getpid()}}"\n', "portal"),
        "portal",
    ),
    _deploy(
        "deploy-forgets-hashes",
        "the release knows one kind of password hash, and all are of another",
        "passwords, settings and database are as before; the code was changed, and its former release reads them",
        ship("auth/settings.py", _ARGON2, _SCRYPT, "auth"),
        "auth",
    ),
    _deploy(
        "deploy-by-growing-share",
        "what is new is switched on for more people every second, and raises",
        "it began with a release and is in its code, for a part that grows (GitHub 2024)",
        _BY_SHARE,
        "auth",
    ),
    _deploy(
        "deploy-raises-by-chance",
        "the portal raises at most ways back, as chance will have it",
        "it began with a release and is in its code; no browser, network or person is hit more than another",
        BY_CHANCE,
        "portal",
    ),
)
