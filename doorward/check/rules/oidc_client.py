"""OpenID clients, by their registration: what do they ask for, and how long does it hold?"""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.check.values import is_missing, items, shown, where
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What

_CORE = "https://openid.net/specs/openid-connect-core-1_0.html"
_REGISTRATION = "https://www.rfc-editor.org/rfc/rfc7591"
_BY_BOTH_SIDES = {
    "token_endpoint_auth_method": "the way in which the client proves who it is",
    "id_token_signed_response_alg": "the algorithm of its ID tokens",
}
_LIFE_OF_A_SESSION_S = 300
"""Five minutes: whoever must give the password more often than that cannot work."""


@rule(
    "OIDC-05",
    severity=Severity.PARTIAL,
    effect=effect("people who sign in to that client", "from the next sign-in on", "are refused", What.SSO_RETURN),
    catalogue=("OI-07",),
    sources=(_CORE + "#AuthRequest", "https://www.rfc-editor.org/rfc/rfc6749#section-3.3"),
)
def scope_without_openid(new: Configuration) -> Hits:
    """The client's scope does not ask for an ID token.

    Why: without `openid` the provider sends none, and a client that waits for it refuses the sign-in. Scopes stand
    apart by spaces: with commas the whole is one scope that no provider knows. A client that renews tokens, and does
    not ask for `offline_access`, gets no refresh token from many providers.

    Fix: write `openid profile email`, with spaces, and `offline_access` where people shall stay signed in.
    """
    scope = shown(new, "scope") if _is_client(new) else None
    if not scope:
        return
    words = scope.split()
    if any("," in word for word in words):
        yield Hit(where(new, "scope"), "the scopes stand apart by commas: no provider knows such a scope")
    elif "openid" not in words:
        yield Hit(where(new, "scope"), "the scope has no openid: the provider sends no ID token")
    elif "refresh_token" in [shown(new, item) for item in items(new, "grant_types")] and "offline_access" not in words:
        again = effect("people who sign in to that client", "when the access token ends", "may have to sign in again")
        message = "the client renews tokens, and does not ask for offline_access"
        yield Hit(where(new, "scope"), message, severity=Severity.NOTE, effect=again)


@rule(
    "OIDC-06",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client",
        "at every visit",
        "must give their password again",
        What.ANONYMOUS_VISIT,
        What.SSO_RETURN,
    ),
    catalogue=("OI-15",),
    sources=(_CORE + "#AuthRequest", "https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata"),
)
def password_at_every_visit(new: Configuration) -> Hits:
    """The client asks for a sign-in that is only minutes old.

    Why: `default_max_age` counts seconds. The provider asks for the password again whenever the last sign-in is older;
    with 0, and a clock that is off, without end.

    Fix: leave it out, or write hours as seconds: eight hours are 28800.
    """
    age = shown(new, "default_max_age") if _is_client(new) else None
    if age and age.isdigit() and int(age) < _LIFE_OF_A_SESSION_S:
        yield Hit(where(new, "default_max_age"), f"a sign-in counts for {age} s only")


@rule(
    "OIDC-07",
    severity=Severity.NOTE,
    effect=effect(
        "people who sign in to that client",
        "from the day on which the secret ends",
        "are refused after their password was right",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("OI-13",),
    sources=(_REGISTRATION + "#section-3.2.1",),
)
def secret_ends(new: Configuration) -> Hits:
    """The client's secret ends on a known day.

    Why: on that day the provider refuses the client, and every sign-in to it, without any change on either side.

    Fix: renew the secret a month before; SECRET-01 speaks from then on, and the calendar of the check has the day.
    """
    text = shown(new, "client_secret_expires_at") if _is_client(new) else None
    if text and text.isdigit() and 0 < int(text) < 253_402_300_800:  # the year 9999
        day = datetime.fromtimestamp(int(text), UTC).date().isoformat()
        yield Hit(where(new, "client_secret_expires_at"), f"the secret ends on {day}")


@rule(
    "OIDC-08",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client",
        "from the next sign-in on",
        "are refused after their password was right, if the other side stays as it is",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("OI-08", "OI-09", "OI-16"),
    sources=(_CORE + "#ClientAuthentication", _REGISTRATION + "#section-2"),
)
def one_side_changed(old: Configuration, new: Configuration) -> Hits:
    """What client and provider must agree on changes on one side.

    Why: a secret in the header and a secret in the body are two ways, RS256 and HS256 two keys. The other side goes on
    with the former one. An address for after the sign-out that is taken off leaves people on an error page.

    Fix: change both sides together.
    """
    if not _is_client(new):
        return
    for pointer, named in _BY_BOTH_SIDES.items():
        before, after = shown(old, pointer), shown(new, pointer)
        if before and after and before != after:
            yield Hit(where(new, pointer), f"{named} is {after}, and was {before}", Difference(pointer, before, after))
    pointer = "post_logout_redirect_uris"
    kept = {shown(new, item) for item in items(new, pointer)}
    for item in items(old, pointer):
        url = shown(old, item)
        if url and url not in kept and None not in kept and not is_missing(old, item):
            message = f"{url} is no address for after the sign-out any more"
            gone = effect("people who sign out of that client", "at once", "end on an error page", What.SIGN_OUT)
            yield Hit(where(new, pointer), message, Difference(pointer, url, None), effect=gone)


def _is_client(new: Configuration) -> bool:
    return new.kind == "oidc" and new.flow("single-sign-on-client") is not None


RULES = (scope_without_openid, password_at_every_visit, secret_ends, one_side_changed)
