"""The way into a realm, and the step to another: address, transport, names, recovery, frames, new accounts."""

from __future__ import annotations

import re

from doorward.check.rule import EVERY_SIGN_IN, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import is_http
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity, What
from doorward.systems.keycloak.compare import changed, pairs_of, switched
from doorward.systems.keycloak.document import pairs

_ADMIN = "https://www.keycloak.org/docs/latest/server_admin/"
_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"


@rule(
    "KEYCLOAK-R03",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone of the realm",
        "at once",
        "is signed out, and refused on the way back",
        What.EXISTING_SESSION,
        What.TOKEN_REFRESH,
        What.SSO_RETURN,
    ),
    catalogue=("KC-R03",),
    sources=(_MEASURED, "https://www.keycloak.org/server/hostname"),
)
def own_address(old: Configuration, new: Configuration) -> Hits:
    """A realm gets an address of its own, or loses it.

    Why: the address is a part of the issuer. Refresh tokens and sessions name the former one (`Invalid token issuer`),
    and clients refuse tokens that name another than they know. A change from one address to another is CLIENT-02.

    Fix: leave `frontendUrl` as it is, or change it with all clients at a quiet hour.
    """
    key = "attributes.frontendUrl"
    for before, after in pairs(old, new):
        step = changed(before, after, key, "")
        if step and not (step.before and step.after):
            told = f"is {step.after}" if step.after else f"was {step.before} and is the server's own"
            yield Hit(after.where(key), f"the address of the realm {told}", step)


_STRICTER = {"none": 0, "external": 1, "all": 2}


@rule(
    "KEYCLOAK-R04C",
    severity=Severity.OUTAGE,
    effect=effect("everyone who comes by HTTP", "at once", "is told `HTTPS required`", *EVERYTHING, What.TOKEN_REFRESH),
    catalogue=("KC-R04",),
    sources=(_MEASURED, _ADMIN + "#_ssl_modes"),
)
def https_from_now_on(old: Configuration, new: Configuration) -> Hits:
    """A realm demands HTTPS of requests that could do without.

    Why: it is right, and it stops whatever still comes by HTTP: with `all` also services of the same network that ask
    for tokens inside, and everyone if a proxy ends TLS and Keycloak does not believe its headers.

    Fix: look in the events for requests by HTTP, set `proxy-headers`, and tell the check the address that people use
    (`--public-url`).
    """
    public = new.endpoint("public")
    for before, after in pairs(old, new):
        step = changed(before, after, "sslRequired")
        was, now = (_STRICTER.get((side or "").lower(), 9) for side in (step.before, step.after)) if step else (9, 9)
        if not was < now < 9 or (public and is_http(public.url)):  # for an address by HTTP it is KEYCLOAK-R04
            continue
        inside = public is not None or was == 1
        hurt = effect(
            "services that ask inside by HTTP",
            "at once",
            "are told `HTTPS required`",
            What.SSO_RETURN,
            What.TOKEN_REFRESH,
        )
        message = f"sslRequired is {after.text('sslRequired')}: requests by HTTP are refused"
        severity = Severity.PARTIAL if inside else None
        yield Hit(after.where("sslRequired"), message, step, severity, hurt if public else None)


@rule(
    "KEYCLOAK-C11R",
    severity=Severity.PARTIAL,
    effect=effect(
        "people of clients that accept the former algorithm only",
        "from the next sign-in on",
        "come back with a token that the client does not trust",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("KC-C11",),
    sources=(_MEASURED, "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation"),
)
def algorithm_of_the_realm(old: Configuration, new: Configuration) -> Hits:
    """Tokens of the whole realm are signed by another algorithm.

    Why: it holds for every client that names none. Many accept RS256 unless they are told otherwise.

    Fix: pin the former algorithm at clients that are not ready (`id.token.signed.response.alg`), then change the realm.
    """
    key = "defaultSignatureAlgorithm"
    for before, after in pairs(old, new):
        if step := changed(before, after, key, "RS256"):
            yield Hit(after.where(key), f"tokens are signed by {step.after}, and were by {step.before}", step)


@rule(
    "KEYCLOAK-R19P",
    severity=Severity.PARTIAL,
    effect=effect("people who forgot their password", "at once", "find no way to set a new one", What.RECOVERY),
    catalogue=("KC-R19",),
    sources=(_MEASURED, _ADMIN + "#enabling-forgot-password"),
)
def no_reset(old: Configuration, new: Configuration) -> Hits:
    """A forgotten password cannot be set anew by its person.

    Why: the link is gone from the page of sign-in. Whoever forgot the password waits for an administrator.

    Fix: leave `resetPasswordAllowed` on, or tell people whom to ask.
    """
    for before, after in pairs(old, new):
        if step := switched(before, after, "resetPasswordAllowed", False):
            yield Hit(after.where("resetPasswordAllowed"), "the link for a forgotten password is gone", step)


@rule(
    "KEYCLOAK-R26D",
    severity=Severity.PARTIAL,
    effect=effect("people who type their mail address", "at once", "are told that it is wrong", *EVERY_SIGN_IN),
    catalogue=("KC-R26",),
    sources=(_MEASURED, _ADMIN + "#configuring-realms"),
)
def mail_of_two(old: Configuration, new: Configuration) -> Hits:
    """Two people may have one mail address.

    Why: an address then names nobody for certain, and Keycloak takes it for no name at sign-in any more.

    Fix: leave `duplicateEmailsAllowed` off while people sign in by their address.
    """
    for before, after in pairs(old, new):
        step = switched(before, after, "duplicateEmailsAllowed", True, False)
        if step and before.truth("loginWithEmailAllowed", True) is True:
            yield Hit(after.where("duplicateEmailsAllowed"), "mail addresses are no names for sign-in any more", step)


_ANCESTORS = re.compile(r"frame-ancestors([^;]*)")
_HEADERS = "browserSecurityHeaders"


@rule(
    "KEYCLOAK-R29X",
    severity=Severity.PARTIAL,
    effect=effect("people of apps that frame the realm", "at once", "see an empty frame", What.SSO_RETURN),
    catalogue=("KC-R29",),
    sources=(_MEASURED, "https://www.rfc-editor.org/rfc/rfc7034"),
)
def framing_denied(old: Configuration, new: Configuration) -> Hits:
    """Pages of the realm may not be framed by `X-Frame-Options` where they could.

    Why: the header holds where no `frame-ancestors` stands beside it. Browsers then show an empty frame.

    Fix: name the origins of the apps in `frame-ancestors`; browsers then leave `X-Frame-Options` aside.
    """
    key = f"{_HEADERS}.xFrameOptions"
    for before, after in pairs(old, new):
        policy = after.text(f"{_HEADERS}.contentSecurityPolicy")
        step = changed(before, after, key, "")
        denies = step and (step.after or "").upper() in ("DENY", "SAMEORIGIN") and (step.before or "").upper() != "DENY"
        if denies and policy is not None and not _ANCESTORS.search(policy):
            yield Hit(after.where(key), f"X-Frame-Options is {after.text(key)}, and frame-ancestors says nothing", step)


_HARD = {
    "CONFIGURE_TOTP": "set up a one-time code",
    "webauthn-register": "register a security key",
    "webauthn-register-passwordless": "register a security key",
    "VERIFY_EMAIL": "open a mail",
}


@rule(
    "KEYCLOAK-R24",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose account is made from now on",
        "at their first sign-in",
        "must do more before they get in",
        What.NEW_SIGN_IN,
        What.SSO_RETURN,
    ),
    catalogue=("KC-R24",),
    sources=(_MEASURED, _ADMIN + "#proc-setting-default-required-actions_server_administration_guide"),
)
def newcomers_must(old: Configuration, new: Configuration) -> Hits:
    """New accounts get a task on the way in.

    Why: it is given to each account as it is made, also by an import or an administrator. Accounts that are there do
    not meet it, so that nobody who tries the change notices it.

    Fix: tell new people what they need (a phone, a key, a mail address that works), and try it with a new account.
    """
    for before, after in pairs(old, new):
        for was, now in pairs_of(before, after, "requiredActions", "alias"):
            step = switched(was, now, "defaultAction", True)
            if step and now.truth("enabled", True) is not False:
                task = _HARD.get(now.text("alias") or "")
                message = f"new accounts must {task or 'do ' + (now.text('alias') or 'this')} at their first sign-in"
                yield Hit(now.where("defaultAction"), message, step, None if task else Severity.NOTE)


RULES = (
    own_address,
    https_from_now_on,
    algorithm_of_the_realm,
    no_reset,
    mail_of_two,
    framing_denied,
    newcomers_must,
)
