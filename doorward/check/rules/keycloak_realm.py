"""A realm of Keycloak: is it open, do its addresses stay, and do mails and names still let people in?"""

from __future__ import annotations

import re

from doorward.check.rule import EVERY_SIGN_IN, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import host_of, is_http
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.compare import switched
from doorward.systems.keycloak.document import Section, pairs, realms

_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"
_ADMIN = "https://www.keycloak.org/docs/latest/server_admin/"
_SOURCE = "https://github.com/keycloak/keycloak/blob/main/"
_LOCKED = effect("people who mistype their password", "at once", "cannot sign in until the lock ends", *EVERY_SIGN_IN)


@rule(
    "KEYCLOAK-R01",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "finds no realm under the former address", *EVERYTHING, What.TOKEN_REFRESH),
    catalogue=("KC-R01",),
    sources=(
        _MEASURED,
        _ADMIN + "#proc-creating-a-realm_server_administration_guide",
        _SOURCE + "services/src/main/java/org/keycloak/services/Urls.java",
    ),
)
def renamed(old: Configuration, new: Configuration) -> Hits:
    """A realm gets another name.

    Why: the name is a part of every address of the realm and of its issuer. Clients ask at the old address, where there
    is nothing, and refuse tokens that name another issuer. With keycloak-config-cli a second, empty realm is made.

    Fix: keep `realm` and change `displayName`, which is what people see.
    """
    for before, after in pairs(old, new):
        was, now = before.text("realm"), after.text("realm")
        if was and now and was != now:
            where = after.where("realm")
            yield Hit(where, f"realm {was} is {now} now", Difference(where.pointer, was, now))


@rule(
    "KEYCLOAK-R02",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone of the realm", "at once", "is told that the realm is not enabled", *EVERYTHING, What.TOKEN_REFRESH
    ),
    catalogue=("KC-R02",),
    sources=(
        _MEASURED,
        _SOURCE + "services/src/main/java/org/keycloak/protocol/AuthorizationEndpointBase.java",
    ),
)
def switched_off(new: Configuration) -> Hits:
    """The realm is switched off.

    Why: a realm that is not enabled refuses every sign-in and every renewal of a token, for all of its clients.

    Fix: set `enabled` to true.
    """
    for realm in realms(new):
        if realm.text("realm") and realm.truth("enabled") is False:
            clients = realm.items("clients")
            stopped = f": sign-in stops for its {len(clients)} clients" if clients else ""
            yield Hit(realm.where("enabled"), f"realm {realm.text('realm')} is switched off{stopped}")


@rule(
    "KEYCLOAK-R04",
    severity=Severity.OUTAGE,
    effect=effect("everyone from outside", "at once", "is told `HTTPS required`", *EVERYTHING),
    catalogue=("KC-R04",),
    sources=(_ADMIN + "#_ssl_modes",),
)
def https_demanded(new: Configuration) -> Hits:
    """The realm demands HTTPS, and people come by HTTP.

    Why: with `external`, requests from other than private addresses are refused if they are not HTTPS; with `all`,
    every one.

    Fix: serve HTTPS and let the proxy say so (`proxy-headers`); as a makeshift set `sslRequired` to none.
    """
    public = new.endpoint("public")
    if public is None or not is_http(public.url) or host_of(public.url) in ("localhost", "127.0.0.1", "::1"):
        return
    for realm in realms(new):
        mode = (realm.text("sslRequired") or "").lower()
        if mode in ("all", "external"):
            yield Hit(realm.where("sslRequired"), f"sslRequired is {mode}, and people use {public.url}")


@rule(
    "KEYCLOAK-R16",
    severity=Severity.OUTAGE,
    effect=effect("everyone signed in", "at once", "is signed out", What.EXISTING_SESSION, What.TOKEN_REFRESH),
    catalogue=("KC-R16",),
    sources=(
        _MEASURED,
        _ADMIN + "#revoking-active-sessions",
    ),
)
def revoked(old: Configuration, new: Configuration) -> Hits:
    """Tokens and sessions from before a moment are revoked.

    Why: `notBefore` refuses everything that was issued before it. After a theft of keys that is what is wanted; in an
    ordinary change everyone signs in again at once.

    Fix: leave `notBefore` at 0, or announce the sign-out.
    """
    for before, after in pairs(old, new):
        was, now = before.number("notBefore", 0), after.number("notBefore")
        if now and was is not None and now > was:
            where = after.where("notBefore")
            message = f"everything issued before {now} (seconds since 1970) is refused"
            yield Hit(where, message, Difference(where.pointer, str(was), str(now)))


@rule(
    "KEYCLOAK-R17",
    severity=Severity.PARTIAL,
    effect=_LOCKED,
    catalogue=("KC-R17",),
    sources=(_MEASURED, _ADMIN + "#password-guess-brute-force-attacks", "https://iteratec.github.io/kcwarden/"),
)
def locked_after_a_typo(new: Configuration) -> Hits:
    """Accounts lock after two or three mistakes.

    Why: people mistype, and a phone with an old password tries again by itself. A lock for good holds until an
    administrator opens the account; whoever knows a name can lock it on purpose.

    Fix: allow ten mistakes or more, and lock for minutes (`permanentLockout` false).
    """
    for realm in realms(new):
        mistakes = realm.number("failureFactor")
        if realm.truth("bruteForceProtected") is not True or mistakes is None or not 0 < mistakes <= 3:
            continue
        for_good = realm.truth("permanentLockout") is True and realm.number("maxTemporaryLockouts", 0) == 0
        if for_good or mistakes < 3:
            kept = "for good" if for_good else "for a while"
            yield Hit(realm.where("failureFactor"), f"an account locks {kept} after {mistakes} mistakes")
        else:
            message = f"an account locks after {mistakes} mistakes"
            yield Hit(realm.where("failureFactor"), message, severity=Severity.NOTE)


@rule(
    "KEYCLOAK-R18",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose mail address is not verified",
        "from the next sign-in on",
        "are asked to check a mail that never comes",
        *EVERY_SIGN_IN,
    ),
    catalogue=("KC-R18",),
    sources=(
        _MEASURED,
        "https://github.com/keycloak/keycloak/issues/36409",
        "https://github.com/keycloak/keycloak/issues/12175",
    ),
)
def mail_never_comes(new: Configuration) -> Hits:
    """Addresses must be verified, and there is no mail server.

    Why: Keycloak asks for the mail and says that it was sent, also if it could not be.

    Fix: set `smtpServer` first and try it, or switch `verifyEmail` off.
    """
    for realm in realms(new):
        if realm.truth("verifyEmail") is True and _lacks_mail(realm):
            people = realm.document.unverified.get(realm.pointer, 0)
            stopped = f": {people} accounts of this file are stopped" if people else ""
            yield Hit(realm.where("verifyEmail"), f"verifyEmail is on and smtpServer names no host{stopped}")


def _lacks_mail(realm: Section) -> bool:
    """Whether it is known that there is no mail server: the file speaks of it, or is a whole export."""
    if realm.speaks_of("smtpServer.host"):
        return realm.text("smtpServer.host") == ""
    return realm.speaks_of("smtpServer") or realm.speaks_of("keycloakVersion")


@rule(
    "KEYCLOAK-R18C",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose mail address is not verified",
        "from the next sign-in on",
        "must open a mail before they get in",
        *EVERY_SIGN_IN,
    ),
    catalogue=("KC-R18",),
    sources=(
        _MEASURED,
        "https://github.com/keycloak/keycloak/issues/36409",
    ),
)
def verification_begins(old: Configuration, new: Configuration) -> Hits:
    """Addresses must be verified from now on.

    Why: it holds for the accounts that are there too. Whoever has no address, or an old one, cannot get in.

    Fix: mark the addresses that are known to be right as verified first, and try the mail server.
    """
    for before, after in pairs(old, new):
        step = switched(before, after, "verifyEmail", True, False)
        if step and not _lacks_mail(after):  # without a mail server it is KEYCLOAK-R18
            yield Hit(after.where("verifyEmail"), "accounts without a verified address are stopped at sign-in", step)


@rule(
    "KEYCLOAK-R19",
    severity=Severity.PARTIAL,
    effect=effect("people who forgot their password", "at once", "get no mail to set a new one", What.RECOVERY),
    catalogue=("KC-R19",),
    sources=(_MEASURED, "https://github.com/keycloak/keycloak/issues/14295", _ADMIN + "#_email"),
)
def mail_taken_away(old: Configuration, new: Configuration) -> Hits:
    """The realm's mail server is taken out.

    Why: mails for a forgotten password, a new address or a new account are not sent, and the pages say that they were.

    Fix: put `smtpServer` back.
    """
    for before, after in pairs(old, new):
        host = before.text("smtpServer.host")
        is_spoken_of = after.speaks_of("smtpServer") or after.speaks_of("keycloakVersion")
        if host and is_spoken_of and _lacks_mail(after):
            where = after.where("smtpServer")
            yield Hit(where, f"mails went by {host} and go nowhere now", Difference(where.pointer, host, None))


@rule(
    "KEYCLOAK-R26",
    severity=Severity.PARTIAL,
    effect=effect("people who type their mail address", "at once", "are told that it is wrong", *EVERY_SIGN_IN),
    catalogue=("KC-R26",),
    sources=(
        _MEASURED,
        _SOURCE + "server-spi-private/src/main/java/org/keycloak/models/utils/KeycloakModelUtils.java",
    ),
)
def mail_no_name(old: Configuration, new: Configuration) -> Hits:
    """People cannot sign in by their mail address any more.

    Why: the address is looked up only while `loginWithEmailAllowed` is on. Whose user name is another finds `Invalid
    username or password`, with the right password.

    Fix: leave it on, or tell people their user names first.
    """
    for before, after in pairs(old, new):
        if step := switched(before, after, "loginWithEmailAllowed", False, True):
            yield Hit(after.where("loginWithEmailAllowed"), "mail addresses are no names for sign-in any more", step)


_EXPIRY = re.compile(r"forceExpiredPasswordChange\((\d+)\)")


@rule(
    "KEYCLOAK-R27",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone whose password is older", "at the next sign-in", "must set a new password to get in", *EVERY_SIGN_IN
    ),
    catalogue=("KC-R27",),
    sources=(
        _MEASURED,
        _ADMIN + "#_password-policies",
        _SOURCE + "services/src/main/java/org/keycloak/authentication/requiredactions/UpdatePassword.java",
    ),
)
def passwords_expire(old: Configuration, new: Configuration) -> Hits:
    """Passwords begin to expire, or expire sooner.

    Why: whoever's password is older than the new limit must change it on the way in: all at once on the first morning.
    A longer password alone is asked for only when one is set.

    Fix: announce it, see that mails for resetting work, and begin with a limit that few accounts exceed.
    """
    for before, after in pairs(old, new):
        if not before.speaks_of("passwordPolicy") and before.text("realm") is None:
            continue
        was, now = (_EXPIRY.search(side.text("passwordPolicy") or "") for side in (before, after))
        if now and not before.holds_unknown("passwordPolicy") and (was is None or int(now[1]) < int(was[1])):
            where = after.where("passwordPolicy")
            change = Difference(where.pointer, was[0] if was else "", now[0])
            yield Hit(where, f"passwords older than {now[1]} days must be changed at sign-in", change)


_ANCESTORS = re.compile(r"frame-ancestors([^;]*)")


@rule(
    "KEYCLOAK-R29",
    severity=Severity.PARTIAL,
    effect=effect(
        "people of apps that renew in a hidden frame",
        "at once",
        "are sent to the sign-in form again",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("KC-R29",),
    sources=(
        "https://www.w3.org/TR/CSP3/#directive-frame-ancestors",
        "https://github.com/keycloak/keycloak/issues/38417",
    ),
)
def framing_refused(old: Configuration, new: Configuration) -> Hits:
    """Pages of the realm cannot be framed any more where they could.

    Why: apps in the browser ask in a hidden frame whether their person is still signed in. When the browser refuses the
    frame, they take the person for signed out.

    Fix: keep the origins of those apps in `frame-ancestors`.
    """
    key = "browserSecurityHeaders.contentSecurityPolicy"
    for before, after in pairs(old, new):
        was, now = (_ANCESTORS.search(side.text(key) or "") for side in (before, after))
        gone = [one for one in was[1].split() if one not in now[1].split()] if was and now else []
        if was and now and gone and "*" not in now[1].split():
            where = after.where(key)
            yield Hit(
                where, f"{', '.join(gone)} may not frame the realm any more", Difference(where.pointer, was[0], now[0])
            )


RULES = (
    renamed,
    switched_off,
    https_demanded,
    revoked,
    locked_after_a_typo,
    mail_never_comes,
    verification_begins,
    mail_taken_away,
    mail_no_name,
    passwords_expire,
    framing_refused,
)
