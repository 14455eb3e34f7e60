"""Sessions and tokens of a realm: how long do they live, and whom does a shorter life sign out?"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import EVERY_SIGN_IN, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.compare import shortened, switched
from doorward.systems.keycloak.document import pairs, realms

_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"
_TIMEOUTS = "https://www.keycloak.org/docs/latest/server_admin/#_timeouts"
_SHORTEST_S = 300
"""Nobody fills in a form in less; the catalogue's bound for minutes written where seconds are counted."""

_WORKING_S = 1800
"""Keycloak's own default for an idle session."""

_LOGIN_S, _ACTION_S, _CODE_S = 120, 60, 10
"""Time to type a password and a second factor; to open a mail; for a client to fetch its tokens."""


def _cut(old: Configuration, new: Configuration, key: str, told: str) -> Iterator[Hit]:
    """A hit for each realm in which that time is shorter; a little shorter is a note."""
    for before, after in pairs(old, new):
        step = shortened(before, after, key)
        if step and step[1] >= _SHORTEST_S:  # shorter than that is a fault of the file itself
            was, now = step
            where = after.where(key)
            is_harsh = now * 2 <= was or now < _WORKING_S
            change = Difference(where.pointer, str(was), str(now))
            yield Hit(where, told.format(now=now, was=was), change, None if is_harsh else Severity.NOTE)


@rule(
    "KEYCLOAK-R09",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone signed in", "after a pause of that length", "is signed out", What.EXISTING_SESSION, What.TOKEN_REFRESH
    ),
    catalogue=("KC-R09", "KC-R10"),
    sources=(_TIMEOUTS, _MEASURED),
)
def ends_within_minutes(new: Configuration) -> Hits:
    """Sessions end within five minutes.

    Why: the realm counts seconds. A value that was meant in minutes ends sessions while people read a page, and
    refresh tokens with them (`Session not active`).

    Fix: write seconds: half an hour is 1800, ten hours are 36000.
    """
    for realm in realms(new):
        for key, told in (
            ("ssoSessionIdleTimeout", "after {} s without a request"),
            ("ssoSessionMaxLifespan", "{} s after sign-in"),
        ):
            life = realm.number(key)
            if life is not None and 0 < life < _SHORTEST_S:
                yield Hit(realm.where(key), f"a session ends {told.format(life)}")


@rule(
    "KEYCLOAK-R09C",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who paused for longer", "at once", "are signed out", What.EXISTING_SESSION, What.TOKEN_REFRESH
    ),
    catalogue=("KC-R09",),
    sources=(_TIMEOUTS, _MEASURED),
)
def idle_cut(old: Configuration, new: Configuration) -> Hits:
    """Sessions may be idle for a shorter time.

    Why: the time is compared when a session is used, so that the new one holds for sessions that are there: whoever
    paused for longer is signed out as the change is made.

    Fix: check the unit (seconds); make the change at night.
    """
    yield from _cut(
        old, new, "ssoSessionIdleTimeout", "sessions idle for more than {now} s end now; {was} s were allowed"
    )


@rule(
    "KEYCLOAK-R10",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone who signed in longer ago", "at once", "is signed out", What.EXISTING_SESSION, What.TOKEN_REFRESH
    ),
    catalogue=("KC-R10",),
    sources=(_TIMEOUTS, _MEASURED),
)
def life_cut(old: Configuration, new: Configuration) -> Hits:
    """Sessions live for a shorter time.

    Why: the limit is reckoned from the sign-in of each session, also of those that are there.

    Fix: check the unit (seconds); make the change at night.
    """
    yield from _cut(
        old, new, "ssoSessionMaxLifespan", "whoever signed in more than {now} s ago is signed out; {was} s were allowed"
    )


_NOT_REMEMBERED = effect(
    "people who ask to be remembered", "from the next sign-in on", "must sign in each time", What.STALE_COOKIE_SIGN_IN
)


@rule(
    "KEYCLOAK-R28",
    severity=Severity.PARTIAL,
    effect=effect("people who asked to be remembered", "at once", "are signed out", What.EXISTING_SESSION),
    catalogue=("KC-R28",),
    sources=(_TIMEOUTS, _MEASURED),
)
def forgotten(old: Configuration, new: Configuration) -> Hits:
    """People who asked to be remembered are not, or for a shorter time.

    Why: their sessions were kept for days. A shorter time holds for sessions that are there too; where nobody is
    remembered any more, those go on, and new ones end with the browser.

    Fix: announce it, if it is meant.
    """
    for before, after in pairs(old, new):
        if step := switched(before, after, "rememberMe", False):
            yield Hit(after.where("rememberMe"), "nobody is remembered any more", step, effect=_NOT_REMEMBERED)
        for key in ("ssoSessionIdleTimeoutRememberMe", "ssoSessionMaxLifespanRememberMe"):
            if after.truth("rememberMe") is True and (cut := shortened(before, after, key)):
                where = after.where(key)
                message = f"people are remembered for {cut[1]} s, and were for {cut[0]} s"
                yield Hit(where, message, Difference(where.pointer, str(cut[0]), str(cut[1])))


@rule(
    "KEYCLOAK-R11",
    severity=Severity.NOTE,
    effect=effect("nobody", "at no time", "sees any effect of the setting"),
    catalogue=("KC-R11",),
    sources=(_TIMEOUTS,),
)
def client_outlives(new: Configuration) -> Hits:
    """A client's session is to outlive the session it belongs to.

    Why: it ends with the person's session, so that the longer time has no effect. One of a minute signs people out of
    that client alone.

    Fix: leave the client's time at 0, or set it below that of the realm.
    """
    for realm in realms(new):
        for key, parent in (
            ("clientSessionIdleTimeout", "ssoSessionIdleTimeout"),
            ("clientSessionMaxLifespan", "ssoSessionMaxLifespan"),
        ):
            own, whole = realm.number(key), realm.number(parent)
            if own and whole and own > whole:
                yield Hit(realm.where(key), f"{key} is {own} s, more than the {whole} s of {parent}: no effect")
            elif own and 0 < own < 60:
                short = effect(
                    "everyone signed in", "within a minute", "is signed out of every client", What.TOKEN_REFRESH
                )
                yield Hit(realm.where(key), f"{key} is {own} s", severity=Severity.PARTIAL, effect=short)


@rule(
    "KEYCLOAK-R12",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who work on steadily",
        "after some minutes",
        "are signed out midway",
        What.EXISTING_SESSION,
        What.TOKEN_REFRESH,
    ),
    catalogue=("KC-R12",),
    sources=(_TIMEOUTS,),
)
def token_outlives_session(new: Configuration) -> Hits:
    """An access token lives as long as an idle session, or longer.

    Why: a client comes back to Keycloak only when its token ends. By then the session has been idle for too long and
    is over, though the person was at work all the time.

    Fix: let access tokens live for minutes, well below `ssoSessionIdleTimeout`.
    """
    for realm in realms(new):
        token, idle = realm.number("accessTokenLifespan"), realm.number("ssoSessionIdleTimeout")
        if token and idle and token >= idle:
            yield Hit(
                realm.where("accessTokenLifespan"), f"a token lives {token} s, and a session may be idle for {idle} s"
            )
        elif token and token < 30:
            storm = effect("everyone signed in", "under load", "waits for renewals", What.TOKEN_REFRESH)
            message = f"a token lives {token} s: every client renews all the time"
            yield Hit(realm.where("accessTokenLifespan"), message, severity=Severity.LATENT, effect=storm)


@rule(
    "KEYCLOAK-R13",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone who signs in slowly", "from the next sign-in on", "is told that the attempt timed out", *EVERY_SIGN_IN
    ),
    catalogue=("KC-R13",),
    sources=(_TIMEOUTS, _MEASURED),
)
def too_little_time(new: Configuration) -> Hits:
    """People have too little time to sign in.

    Why: the page of sign-in, the mail with a link, and the code that the client exchanges end after these seconds; the
    right password is then of no use.

    Fix: give half an hour to sign in (`accessCodeLifespanLogin` 1800), five minutes to each action, a minute to the
    code.
    """
    bounds = (
        ("accessCodeLifespanLogin", _LOGIN_S),
        ("accessCodeLifespanUserAction", _ACTION_S),
        ("accessCodeLifespan", _CODE_S),
    )
    for realm in realms(new):
        for key, least in bounds:
            given = realm.number(key)
            if given is not None and 0 <= given < least:
                yield Hit(realm.where(key), f"{key} gives {given} s; fewer than {least} s are too few")


@rule(
    "KEYCLOAK-R14",
    severity=Severity.PARTIAL,
    effect=effect(
        "people of mobile apps and tools", "at once or when the time is over", "must sign in again", What.TOKEN_REFRESH
    ),
    catalogue=("KC-R14",),
    sources=(_TIMEOUTS, _MEASURED),
)
def offline_cut(old: Configuration, new: Configuration) -> Hits:
    """Offline tokens die sooner.

    Why: apps on phones and tools keep an offline token for months. Unused for longer than the limit, or older than the
    new one, it is refused (`invalid_grant`).

    Fix: keep the limits, or tell those people that they will have to sign in again.
    """
    for before, after in pairs(old, new):
        key = "offlineSessionIdleTimeout"
        if cut := shortened(before, after, key):
            where = after.where(key)
            message = f"offline tokens unused for {cut[1]} s die, and lived for {cut[0]} s"
            yield Hit(where, message, Difference(where.pointer, str(cut[0]), str(cut[1])))
        if step := switched(before, after, "offlineSessionMaxLifespanEnabled", True, False):
            yield Hit(after.where("offlineSessionMaxLifespanEnabled"), "offline tokens have a last day now", step)


@rule(
    "KEYCLOAK-R15",
    severity=Severity.PARTIAL,
    effect=effect("people of apps that renew twice at once", "at random", "are signed out", What.TOKEN_REFRESH),
    catalogue=("KC-R15", "OI-14"),
    sources=(
        _MEASURED,
        _TIMEOUTS,
        "https://iteratec.github.io/kcwarden/",
        "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2",
    ),
)
def one_time_tokens(old: Configuration, new: Configuration) -> Hits:
    """Refresh tokens become good for one use.

    Why: it is a sound defence, and it costs sign-ins: two tabs, or a repeated request after a lost answer, use one
    token twice, which ends the session.

    Fix: allow a reuse (`refreshTokenMaxReuse` 1), or see that each client renews once at a time.
    """
    for before, after in pairs(old, new):
        step = switched(before, after, "revokeRefreshToken", True, False)
        if step and after.number("refreshTokenMaxReuse", 0) == 0:
            yield Hit(after.where("revokeRefreshToken"), "a refresh token that is used twice ends the session", step)


RULES = (
    ends_within_minutes,
    idle_cut,
    life_cut,
    forgotten,
    client_outlives,
    token_outlives_session,
    too_little_time,
    offline_cut,
    one_time_tokens,
)
