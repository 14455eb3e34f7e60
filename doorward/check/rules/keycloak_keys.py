"""The keys of a realm: are tokens and cookies from before the change still accepted?"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.compare import gone, pairs_of
from doorward.systems.keycloak.document import Section, pairs, realms
from doorward.systems.keycloak.facts import KEY_PROVIDERS
from doorward.systems.keycloak.redaction import MASKED

_KEYS = "https://www.keycloak.org/docs/latest/server_admin/#realm_keys"
_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"
_CONSTANTS = (
    "https://github.com/keycloak/keycloak/blob/main/server-spi-private/src/main/java/org/keycloak/models/Constants.java"
)


def _is_symmetric(key: Section) -> bool:
    return (key.text("providerId") or "").startswith(("hmac", "aes"))


def _dropped(before: Section, after: Section) -> Iterator[tuple[Section, str]]:
    """Keys that verified before and do not any more: taken out, switched off, or replaced under their name."""
    for key in gone(before, after, KEY_PROVIDERS, "name"):
        if key.truth("config.enabled", True) is not False and not _moved(key, after):
            yield key, "is taken out"
    for was, now in pairs_of(before, after, KEY_PROVIDERS, "name"):
        if was.truth("config.enabled", True) is not False and now.truth("config.enabled", True) is False:
            yield now, "is switched off"
        elif _differs(was, now):
            yield now, "is replaced under its name"


def _moved(key: Section, after: Section) -> bool:
    """Whether the same key stands there under another name."""
    return bool(key.text("id")) and key.text("id") in {other.text("id") for other in after.items(KEY_PROVIDERS) or ()}


def _differs(was: Section, now: Section) -> bool:
    for part in ("config.privateKey", "config.secret"):
        one, other = was.text(part), now.text(part)
        if one and other and MASKED not in (one, other) and one != other:
            return True
    return False


@rule(
    "KEYCLOAK-R05",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone signed in",
        "at once, until the token is renewed",
        "is refused where tokens are checked, and cannot sign out",
        What.EXISTING_SESSION,
        What.SIGN_OUT,
    ),
    catalogue=("KC-R05", "OI-02"),
    sources=(_KEYS, _MEASURED),
)
def signing_key_dropped(old: Configuration, new: Configuration) -> Hits:
    """A key that signs tokens is gone at once.

    Why: tokens under it are refused until they are renewed, and a sign-out that shows an identity token fails. Cookies
    of Keycloak itself and refresh tokens are under another key and go on. Nothing needs to be dropped for a rotation:
    a passive key signs nothing and still verifies.

    Fix: keep the key with `active` false until the longest session under it has ended; Keycloak advises one to two
    months.
    """
    for before, after in pairs(old, new):
        for key, how in _dropped(before, after):
            if not _is_symmetric(key):
                change = Difference(key.pointer, key.text("name"), None)
                yield Hit(key.where(), f"the key {key.text('name')} {how}: tokens under it are refused", change)


@rule(
    "KEYCLOAK-R08",
    severity=Severity.OUTAGE,
    effect=effect("everyone signed in", "at once", "is signed out", What.EXISTING_SESSION, What.TOKEN_REFRESH),
    catalogue=("KC-R08",),
    sources=(_KEYS, _CONSTANTS, _MEASURED),
)
def cookie_key_dropped(old: Configuration, new: Configuration) -> Hits:
    """The key under the realm's own cookies is gone.

    Why: Keycloak signs its session cookie and refresh tokens by the realm's secret key (HS512). Without it they are
    worth nothing, and nothing tells people why they must sign in again.

    Fix: keep the key, with `active` false after a rotation.
    """
    for before, after in pairs(old, new):
        for key, how in _dropped(before, after):
            if _is_symmetric(key):
                change = Difference(key.pointer, key.text("name"), None)
                yield Hit(key.where(), f"the secret key {key.text('name')} {how}: the session cookies fail", change)


@rule(
    "KEYCLOAK-R06",
    severity=Severity.NOTE,
    effect=effect("nobody", "at once", "is affected: the rotation does not take place"),
    catalogue=("KC-R06",),
    sources=(_KEYS, "https://github.com/keycloak/keycloak/pull/50609"),
)
def rotation_without_effect(old: Configuration, new: Configuration) -> Hits:
    """A new key does not sign, for an older one has the higher priority.

    Why: of the active keys for one purpose the one of the highest priority signs. The rotation is noted as done and is
    not.

    Fix: give the new key the higher `priority`, and set the old one's `active` to false.
    """
    for before, after in pairs(old, new):
        names = {key.text("name") for key in before.items(KEY_PROVIDERS) or ()}
        if not names:
            continue
        for key in after.items(KEY_PROVIDERS) or ():
            rank = key.number("config.priority", 0)
            if key.text("name") in names or not _signs(key) or rank is None:
                continue
            above = [other for other in after.items(KEY_PROVIDERS) or () if _rules_over(other, key, rank)]
            if above:
                message = f"the new key {key.text('name')} does not sign: {above[0].text('name')} has a higher priority"
                yield Hit(key.where("config.priority"), message)


def _signs(key: Section) -> bool:
    return key.truth("config.active", True) is True and key.truth("config.enabled", True) is True


def _rules_over(other: Section, key: Section, rank: int) -> bool:
    same = all(other.text(part) == key.text(part) for part in ("providerId", "config.algorithm"))
    return same and other.pointer != key.pointer and _signs(other) and (other.number("config.priority", 0) or 0) > rank


@rule(
    "KEYCLOAK-R07",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone", "at the import", "keeps the former realm, or finds a server that does not start", What.START
    ),
    catalogue=("KC-R07",),
    sources=(_MEASURED, _KEYS),
)
def stars_for_a_key(new: Configuration) -> Hits:
    """A key of the realm is the row of stars that an export writes.

    Why: the export of the administration pages hides keys, and the import fails on what it wrote (500), so that a
    realm cannot be restored from it.

    Fix: leave the keys out of the file, and Keycloak makes new ones for a new realm, or export with `kc.sh export`,
    which writes them, and keep that file secret.
    """
    for realm in realms(new):
        for key in realm.items(KEY_PROVIDERS) or ():
            for part in ("config.privateKey", "config.secret"):
                if key.text(part) == MASKED:
                    yield Hit(key.where(part), f"the key {key.text('name')} is ten stars: the import fails")


RULES = (signing_key_dropped, cookie_key_dropped, rotation_without_effect, stars_for_a_key)
