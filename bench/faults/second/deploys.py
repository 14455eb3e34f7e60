"""The second set: releases that are broken in ways that neither earlier set has."""

from __future__ import annotations

from bench.faults.fault import Do, Fault
from bench.faults.held_out_deploys import ship
from bench.faults.mend import started

_LIBRARY = "from oauth2_provider.oauth2_validators import OAuth2Validator\n"
# The session of who comes back from the provider belongs to nobody: the portal sends them there again, for ever.
LOOPS = ship(
    "portal/sign_in/presence.py", "session.update({_ACCOUNT: account.pk, _PERSON", "session.update({_PERSON", "portal"
)
# Names are kept in lower case; the release looks for them otherwise, and finds nobody.
_IN_CAPITALS = ship("auth/models.py", '(username or "").strip().lower()', '(username or "").strip().title()', "auth")


def _deploy(name: str, what: str, inject: Do, service: str) -> Fault:
    return Fault(name, ("deploy",), what, inject, undo=started(service))


FAULTS = (
    _deploy("deploy-redirect-loop", "who signs in is sent to the provider again, for ever", LOOPS, "portal"),
    _deploy("deploy-names-in-capitals", "every right password is called wrong", _IN_CAPITALS, "auth"),
    _deploy(
        "deploy-scope-with-comma",
        "the portal asks for a scope that does not exist",
        ship("portal/sign_in/provider.py", '_SCOPE = "openid profile"', '_SCOPE = "openid,profile"', "portal"),
        "portal",
    ),
    _deploy(
        "deploy-roles-renamed",
        "the portal calls students pupils, the provider does not",
        ship("portal/access.py", '    STUDENT = "student"', '    STUDENT = "pupil"', "portal"),
        "portal",
    ),
    _deploy(
        "deploy-needs-package",
        "the provider's code needs a package that is not installed",
        ship("auth/claims.py", _LIBRARY, f"import school_directory_client\n{_LIBRARY}", "auth"),
        "auth",
    ),
)
