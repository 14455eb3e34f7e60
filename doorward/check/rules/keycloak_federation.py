"""Directories and other providers: do the people who come by them still find their way in?"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import EVERY_SIGN_IN, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.keycloak.compare import USER_STORES, changed, gone, pairs_of, switched
from doorward.systems.keycloak.document import Section, pairs, realms
from doorward.systems.keycloak.redaction import MASKED

_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"
_LDAP = "https://www.keycloak.org/docs/latest/server_admin/#_ldap"
_BROKER = "https://www.keycloak.org/docs/latest/server_admin/#_identity_broker"
_OF_DIRECTORY = "people of that directory"
_OF_PROVIDER = "people of that provider"
_NEXT = "from the next sign-in on"


def _stores(old: Configuration, new: Configuration) -> Iterator[tuple[Section, Section]]:
    for before, after in pairs(old, new):
        yield from pairs_of(before, after, USER_STORES, "name")


def _providers(old: Configuration, new: Configuration) -> Iterator[tuple[Section, Section]]:
    for before, after in pairs(old, new):
        yield from pairs_of(before, after, "identityProviders", "alias")


@rule(
    "KEYCLOAK-F01",
    severity=Severity.PARTIAL,
    effect=effect(_OF_DIRECTORY, _NEXT, "read `Unexpected error` or that their password is wrong", *EVERY_SIGN_IN),
    catalogue=("KC-F01", "KC-F02"),
    sources=(
        _MEASURED,
        "https://github.com/keycloak/keycloak/issues/29147",
        "https://github.com/keycloak/keycloak/issues/43639",
        "https://github.com/keycloak/keycloak/issues/12831",
    ),
)
def directory_elsewhere(old: Configuration, new: Configuration) -> Hits:
    """The directory is asked at another address, or by another account.

    Why: each sign-in of its people asks the directory. If the new address does not answer or the account is refused,
    none gets in; some versions (24.0.3, 26.4.1) then stop local people and administrators too.

    Fix: try the bind with the new values first (`Test authentication`), and keep an administrator outside of it.
    """
    for was, now in _stores(old, new):
        for key in ("connectionUrl", "bindDn", "bindCredential", "authType"):
            step = changed(was, now, f"config.{key}")
            if step and MASKED not in (step.before, step.after):
                yield Hit(now.where(f"config.{key}"), f"{key} of {now.text('name')} is another one", step)


@rule(
    "KEYCLOAK-F03",
    severity=Severity.PARTIAL,
    effect=effect(_OF_DIRECTORY, _NEXT, "are not found, or get a second account", *EVERY_SIGN_IN),
    catalogue=("KC-F03",),
    sources=(
        _MEASURED,
        _LDAP,
    ),
)
def people_matched_otherwise(old: Configuration, new: Configuration) -> Hits:
    """People of a directory are looked for otherwise.

    Why: another branch, filter or name attribute finds other people: the rest have a wrong password all at once.
    Another unique attribute makes every known person a stranger with the same name. Another name attribute stops those
    whom Keycloak does not know yet; the others go on until the next synchronisation.

    Fix: count who is found before and after; leave `uuidLDAPAttribute` as it is.
    """
    keys = (
        "usersDn",
        "customUserSearchFilter",
        "usernameLDAPAttribute",
        "uuidLDAPAttribute",
        "userObjectClasses",
        "searchScope",
    )
    for was, now in _stores(old, new):
        for key in keys:
            if step := changed(was, now, f"config.{key}", ""):
                yield Hit(now.where(f"config.{key}"), f"{key} of {now.text('name')} is another one", step)


@rule(
    "KEYCLOAK-F05",
    severity=Severity.PARTIAL,
    effect=effect(_OF_DIRECTORY, "at once", "cannot sign in", What.EXISTING_SESSION, *EVERY_SIGN_IN),
    catalogue=("KC-F05",),
    sources=(
        _MEASURED,
        _LDAP,
    ),
)
def directory_switched_off(old: Configuration, new: Configuration) -> Hits:
    """A directory is taken out or switched off.

    Why: its people have no password in Keycloak. Taking it out removes their accounts, with everything that was linked
    to them.

    Fix: switch it off (`enabled` false) rather than take it out, and only when nobody comes by it.
    """
    for before, after in pairs(old, new):
        for store in gone(before, after, USER_STORES, "name"):
            change = Difference(store.pointer, store.text("name"), None)
            yield Hit(store.where(), f"the directory {store.text('name')} is taken out", change)
    for was, now in _stores(old, new):
        if step := switched(was, now, "config.enabled", False, True):
            yield Hit(now.where("config.enabled"), f"the directory {now.text('name')} is switched off", step)


@rule(
    "KEYCLOAK-F06",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who must change their password", "at their next sign-in", "cannot, and do not get in", What.RECOVERY
    ),
    catalogue=("KC-F06",),
    sources=("https://www.keycloak.org/docs/latest/server_admin/#ldap-edit-mode",),
)
def read_only(old: Configuration, new: Configuration) -> Hits:
    """Passwords of a directory cannot be changed any more.

    Why: with `READ_ONLY`, Keycloak refuses to write. Whoever is asked to change the password on the way in cannot end
    the sign-in, and a forgotten password stays forgotten.

    Fix: let the directory say when passwords end, or use `UNSYNCED`.
    """
    for was, now in _stores(old, new):
        step = changed(was, now, "config.editMode")
        if step and step.after == "READ_ONLY":
            yield Hit(now.where("config.editMode"), f"the directory {now.text('name')} is read only", step)


@rule(
    "KEYCLOAK-F07",
    severity=Severity.PARTIAL,
    effect=effect(_OF_PROVIDER, _NEXT, "are refused on the way", What.SSO_RETURN, What.NEW_SIGN_IN),
    catalogue=("KC-F07",),
    sources=(_MEASURED, _BROKER, "incident: Auth0 2018-11-01"),
)
def provider_asked_otherwise(old: Configuration, new: Configuration) -> Hits:
    """Another provider is asked at another address, or under another name or secret.

    Why: each of its people's sign-ins goes there. A secret that is not the one it knows is refused after they have
    given their password.

    Fix: add the new secret or address there first, try one sign-in, and change then.
    """
    keys = (
        "clientId",
        "clientSecret",
        "authorizationUrl",
        "tokenUrl",
        "jwksUrl",
        "issuer",
        "singleSignOnServiceUrl",
        "entityId",
    )
    for was, now in _providers(old, new):
        for key in keys:
            step = changed(was, now, f"config.{key}")
            if step and MASKED not in (step.before, step.after):
                yield Hit(now.where(f"config.{key}"), f"{key} of provider {now.text('alias')} is another one", step)


@rule(
    "KEYCLOAK-F08",
    severity=Severity.NOTE,
    effect=effect(_OF_PROVIDER, "when it changes its key", "are refused for an invalid signature", What.SSO_RETURN),
    catalogue=("KC-F08",),
    sources=(_BROKER, "https://github.com/catalyst/moodle-auth_saml2/issues/150"),
)
def certificate_pinned(new: Configuration) -> Hits:
    """The certificate of another provider stands in the file.

    Why: providers change their key without asking. Until the new one is written here, none of their people gets in.

    Fix: name the address of its metadata and switch `useMetadataDescriptorUrl` on.
    """
    for realm in realms(new):
        for provider in realm.items("identityProviders") or ():
            follows = provider.truth("config.useMetadataDescriptorUrl") is True
            checks = provider.truth("config.validateSignature") is True
            pinned = provider.text("config.signingCertificate")
            if provider.text("providerId") == "saml" and checks and pinned and not follows:
                yield Hit(
                    provider.where("config.signingCertificate"),
                    f"the certificate of {provider.text('alias')} is pinned",
                )


@rule(
    "KEYCLOAK-F09",
    severity=Severity.PARTIAL,
    effect=effect(_OF_PROVIDER, "at once", "find no way to sign in", What.NEW_SIGN_IN, What.SSO_RETURN),
    catalogue=("KC-F09", "KC-F10"),
    sources=(
        _MEASURED,
        _BROKER,
    ),
)
def provider_taken_out(old: Configuration, new: Configuration) -> Hits:
    """Another provider is taken out, renamed, switched off or hidden.

    Why: its people have no password here. The alias is a part of the address they come back to
    (`/broker/ALIAS/endpoint`): under another alias the provider refuses to send them, and accounts lose their link.

    Fix: keep the alias; before switching it off, give its people another way in.
    """
    for before, after in pairs(old, new):
        for provider in gone(before, after, "identityProviders", "alias"):
            change = Difference(provider.pointer, provider.text("alias"), None)
            yield Hit(provider.where(), f"no provider has the alias {provider.text('alias')} any more", change)
    for was, now in _providers(old, new):
        if step := switched(was, now, "enabled", False, True):
            yield Hit(now.where("enabled"), f"provider {now.text('alias')} is switched off", step)
        for key in ("hideOnLogin", "config.hideOnLoginPage"):
            if step := switched(was, now, key, True, False):
                yield Hit(now.where(key), f"provider {now.text('alias')} is not shown any more", step)


RULES = (
    directory_elsewhere,
    people_matched_otherwise,
    directory_switched_off,
    read_only,
    provider_asked_otherwise,
    certificate_pinned,
    provider_taken_out,
)
