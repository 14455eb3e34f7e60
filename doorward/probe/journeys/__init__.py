"""The journeys of the web by name. A new one is a file here and a row in `JOURNEYS`; `beyond` has the others."""

from __future__ import annotations

from collections.abc import Callable

from doorward.probe.exchange import Journey
from doorward.probe.journeys.basic import basic_journey
from doorward.probe.journeys.client_credentials import client_credentials_journey
from doorward.probe.journeys.form import form_journey
from doorward.probe.journeys.metadata import metadata_journey
from doorward.probe.journeys.oidc import oidc_journey
from doorward.probe.journeys.openid import openid_journey
from doorward.probe.journeys.saml import saml_journey
from doorward.probe.plan import ProbePlan

JOURNEYS: dict[str, Callable[[ProbePlan], Journey]] = {
    "form": form_journey,
    "oidc": oidc_journey,
    "openid": openid_journey,
    "client-credentials": client_credentials_journey,
    "basic": basic_journey,
    "saml": saml_journey,
    "metadata": metadata_journey,
}
