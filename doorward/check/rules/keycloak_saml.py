"""SAML clients of a realm: are their requests taken, and do they still know their people?"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity, What
from doorward.systems.keycloak.compare import changed, pairs_of, switched
from doorward.systems.keycloak.document import Section, pairs

_ADMIN = "https://www.keycloak.org/docs/latest/server_admin/"
_MEASURED = "measured: Keycloak 26.0.7, bench/check_keycloak.py"
_OF_CLIENT = "people who sign in to that client"
_NEXT = "from the next sign-in on"


def _pairs(old: Configuration, new: Configuration) -> Iterator[tuple[Section, Section]]:
    for before, after in pairs(old, new):
        yield from pairs_of(before, after, "clients", "clientId")


@rule(
    "KEYCLOAK-C16",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, _NEXT, "read `Invalid requester`", What.SSO_RETURN),
    catalogue=("KC-C16",),
    sources=(_MEASURED, _ADMIN + "#_client-saml-configuration"),
)
def requests_signed(old: Configuration, new: Configuration) -> Hits:
    """A SAML client must sign its requests.

    Why: a request without a signature, or by a key whose certificate Keycloak does not hold, is refused.

    Fix: write the client's certificate into `saml.signing.certificate`, let the client sign, and demand it then.
    """
    key = "attributes.saml.client.signature"
    for was, now in _pairs(old, new):
        if step := switched(was, now, key, True):
            lacks = not now.text("attributes.saml.signing.certificate") and not now.holds_unknown(
                "attributes.saml.signing.certificate"
            )
            end = ", and the file holds no certificate of it" if lacks else ""
            yield Hit(now.where(key), f"client {now.text('clientId')} must sign its requests{end}", step)


@rule(
    "KEYCLOAK-C17",
    severity=Severity.PARTIAL,
    effect=effect(_OF_CLIENT, _NEXT, "are not known to the client, or get a second account", What.SSO_RETURN),
    catalogue=("KC-C17",),
    sources=(
        _MEASURED,
        "https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf",
        _ADMIN + "#_client-saml-configuration",
    ),
)
def other_subject(old: Configuration, new: Configuration) -> Hits:
    """A SAML client learns people by another name.

    Why: the client finds accounts by the subject. In another format the subject is another text.

    Fix: let the client match by an attribute first, or keep the format.
    """
    for was, now in _pairs(old, new):
        for key in ("attributes.saml_name_id_format", "attributes.saml_force_name_id_format"):
            if step := changed(was, now, key):
                yield Hit(
                    now.where(key), f"{key.rpartition('.')[2]} of client {now.text('clientId')} is {step.after}", step
                )


RULES = (requests_signed, other_subject)
