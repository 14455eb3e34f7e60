"""Provider and clients: do issuer, callbacks and secrets still fit?"""

from __future__ import annotations

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback, Issuer, Secret
from doorward.model.finding import Difference, Severity, What

_REDIRECT = "https://www.rfc-editor.org/rfc/rfc9700#section-2.1"
_ISSUER = "https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation"
_ISSUER_OF_TOKEN = "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation"


@rule(
    "CLIENT-01",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client", "from the next sign-in on", "are stopped at the provider", What.SSO_RETURN
    ),
    catalogue=("OI-05", "KC-C01"),
    sources=(_REDIRECT,),
)
def callback_removed(old: Configuration, new: Configuration) -> Hits:
    """A client's callback is not allowed any more.

    Why: the provider sends people back only to addresses on its list, compared sign by sign. The client still asks
    for the old one.

    Fix: add the new address first, change the client, and take the old one out last.
    """
    kept = {(callback.client, callback.url) for callback in new.facts_of(Callback)}
    places = {callback.client: callback.where for callback in new.facts_of(Callback)}
    for callback in old.facts_of(Callback):
        if callback.client not in places:
            continue  # the whole client is gone: CLIENT-04
        unknown = (callback.client, None) in kept
        if callback.url and callback.side == "provider" and not unknown and not _covered(callback, kept):
            where = places[callback.client]
            message = f"{callback.url} is not a callback of client {callback.client} any more"
            yield Hit(where, message, Difference(where.pointer, callback.url, None))


def _covered(callback: Callback, kept: set[tuple[str, str | None]]) -> bool:
    """Whether the address is on the list still, or below one that ends with `*`, which some providers allow."""
    if (callback.client, callback.url) in kept:
        return True
    of_client = (url for client, url in kept if client == callback.client and url)
    asked = callback.url or ""
    return any(url.endswith("*") and asked.startswith(url[:-1]) for url in of_client)


@rule(
    "CLIENT-02",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who signs in through the provider",
        "from the next sign-in on",
        "is refused on the way back",
        What.SSO_RETURN,
    ),
    catalogue=("OI-01", "OP-14", "KC-S01", "KC-R03"),
    sources=(_ISSUER, _ISSUER_OF_TOKEN),
)
def issuer_changed(old: Configuration, new: Configuration) -> Hits:
    """The issuer's name changes on one side.

    Why: client and provider compare the issuer sign by sign, a slash at the end included. While one side has the old
    name, no sign-in through the provider succeeds.

    Fix: change both sides together, at a quiet hour.
    """
    before, after = next(iter(old.facts_of(Issuer)), None), next(iter(new.facts_of(Issuer)), None)
    if before and after and before.url and after.url and before.url != after.url:
        change = Difference(after.where.pointer, before.url, after.url)
        yield Hit(after.where, f"the issuer is {after.url}, and was {before.url}", change)


@rule(
    "CLIENT-03",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who sign in to that client",
        "from the next sign-in on",
        "are refused after their password was right",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("CC-07", "OI-08", "KC-C04"),
    sources=("https://www.rfc-editor.org/rfc/rfc6749#section-5.2",),
)
def secret_changed(old: Configuration, new: Configuration) -> Hits:
    """A client's secret changes on one side.

    Why: the provider refuses the client (`invalid_client`) after people have given the right password, until the
    other side has the new secret too.

    Fix: change both sides together; where the provider accepts two secrets, add the new one first.
    """
    before = {secret.owner: secret for secret in old.facts_of(Secret)}
    for secret in new.facts_of(Secret):
        was = before.get(secret.owner)
        if was and was.digest and secret.digest and was.digest != secret.digest:
            change = Difference(secret.where.pointer, was.digest, secret.digest)
            yield Hit(secret.where, f"the secret of client {secret.owner} is another one", change)


@rule(
    "CLIENT-04",
    severity=Severity.OUTAGE,
    effect=effect(
        "people who sign in to that client",
        "at once",
        "are stopped at the provider",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("OI-05", "KC-C09"),
    sources=("https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1",),
)
def client_removed(old: Configuration, new: Configuration) -> Hits:
    """A client is not known to the provider any more.

    Why: whoever comes from it to sign in gets an error page of the provider, and its tokens are not renewed.

    Fix: keep the client until nobody signs in to it.
    """
    kept = {secret.owner for secret in new.facts_of(Secret)}
    is_provider = new.flow("single-sign-on-provider") is not None
    for secret in old.facts_of(Secret):
        if is_provider and secret.owner not in kept:
            yield Hit(
                secret.where,
                f"client {secret.owner} is taken out",
                Difference(secret.where.pointer, secret.owner, None),
            )


RULES = (callback_removed, issuer_changed, secret_changed, client_removed)
