"""The third set: releases that are broken in ways that no earlier set has."""

from __future__ import annotations

from bench.faults.fault import Do, Fault
from bench.faults.held_out_deploys import ship
from bench.faults.mend import each, started

_CLASS = "class SignIn(LoginView):\n"
_SIGN_IN = "        response = super().form_valid(form)\n"
_BIND = "        _bind_once(self.request)\n"
_NEXT = "    request.session[_NEXT] = _own_address("
_ACCOUNT = "    account = presence.account_of(claims)\n"
_VIEW = "@require_safe\ndef callback("
# Who signs in is looked up in a list of all who did before; the sleep stands for the walk through it.
_GROWS = each(
    ship("auth/views.py", _CLASS, f"_TRAIL: list[object] = []\n\n\n{_CLASS}"),
    ship(
        "auth/views.py",
        _SIGN_IN,
        f'        _TRAIL.append(form)\n        __import__("time").sleep(1.5 * len(_TRAIL))\n{_SIGN_IN}',
        "auth",
    ),
)
# The page is laid out by browser, and one browser was forgotten.
_FORGETS_SAFARI = each(
    ship("portal/sign_in/views.py", _VIEW, f'_COLUMNS = {{"chromium": 3, "firefox": 3, "other": 1}}\n\n\n{_VIEW}'),
    ship(
        "portal/sign_in/views.py",
        _ACCOUNT,
        f'{_ACCOUNT}    request.session["columns"] = _COLUMNS[visitor_of(request).agent]\n',
        "portal",
    ),
)
# A session is to begin empty: what has to be known at the way back goes with it.
STATE_FORGOTTEN = ship("portal/sign_in/views.py", _NEXT, f"    request.session.flush()\n{_NEXT}", "portal")
# Each part is as large as a browser takes; all together are more than a server takes.
_COOKIES = f'{_BIND}        for part in "abc":\n            response.set_cookie(f"trail-{{part}}", "x" * 3000)\n'


def _deploy(name: str, what: str, why: str, inject: Do, service: str) -> Fault:
    return Fault(name, ("deploy",), what, inject, undo=started(service), why=why)


FAULTS = (
    _deploy(
        "deploy-slows-down",
        "each sign-in takes longer than the one before",
        "it began with a release, and is in its code (GitHub 2023-11); as many people as ever",
        _GROWS,
        "auth",
    ),
    _deploy(
        "deploy-forgets-safari",
        "the new release raises for one browser",
        "what changed is our release and not the browser: with the former one Safari is well",
        _FORGETS_SAFARI,
        "portal",
    ),
    _deploy(
        "deploy-forgets-state",
        "the portal forgets what it must know when people come back",
        "settings and keys are as before; the release empties the session that it needs",
        STATE_FORGOTTEN,
        "portal",
    ),
    _deploy(
        "deploy-cookies-too-large",
        "who signs in gets cookies larger than a server takes",
        "every browser is hit alike, from the release on that sets them (CC-12)",
        ship("auth/views.py", _BIND, _COOKIES, "auth"),
        "auth",
    ),
)
