"""What a client asks a provider by itself, and what it reads of the answers: the discovery document, tokens, keys.

Source: OpenID Connect Discovery 1.0 §4, RFC 6749 §2.3.1, §4.4, §5 and §6, RFC 6750 §2.1, RFC 7517 §5, RFC 7662 §2.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TypeVar
from urllib.parse import quote_plus

import msgspec

from doorward.probe.exchange import Answer, Ask, Done, Ending, http_reason
from doorward.probe.plan import Client, ProbePlan

WELL_KNOWN = "/.well-known/openid-configuration"
# RFC 6749 §5.2: the only words of a refusal that are repeated.
_KNOWN_ERRORS = frozenset(
    (
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    )
)
_JSON = ("Accept", "application/json")


class Metadata(msgspec.Struct, frozen=True):
    """What is read of a discovery document."""

    issuer: str
    token_endpoint: str
    authorization_endpoint: str = ""
    jwks_uri: str = ""
    userinfo_endpoint: str = ""
    introspection_endpoint: str = ""
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Tokens(msgspec.Struct, frozen=True):
    """A token endpoint's answer; left out of every repr."""

    access_token: str
    token_type: str = ""
    id_token: str = ""
    refresh_token: str = ""

    def __repr__(self) -> str:
        """Without the tokens."""
        return "Tokens(…)"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The tokens that there are."""
        return tuple(filter(None, (self.access_token, self.id_token, self.refresh_token)))


class Keys(msgspec.Struct, frozen=True):
    """A key set."""

    keys: tuple[dict[str, object], ...]


class _Refusal(msgspec.Struct, frozen=True):
    error: str = ""


T = TypeVar("T")


def discovery(plan: ProbePlan) -> Ask:
    """Ask the issuer what it offers."""
    return Ask("discovery", "GET", plan.issuer.rstrip("/") + WELL_KNOWN, headers=(_JSON,), is_direct=True)


def metadata(plan: ProbePlan, answer: Answer) -> Metadata | Done:
    """What the issuer offers, or why that cannot be believed."""
    if answer.status != 200:
        return Done(http_reason(answer.status), "the issuer answers with its discovery document")
    found = read(answer, Metadata)
    if found is None or not found.token_endpoint:
        return Done(Ending.DISCOVERY_INVALID, "a discovery document in JSON that names issuer and token_endpoint")
    if found.issuer != plan.issuer:
        return Done(Ending.DISCOVERY_INVALID, "the discovery document names the issuer exactly as the settings do")
    return found


def token_request(plan: ProbePlan, found: Metadata, step: str, form: tuple[tuple[str, str], ...], url: str = "") -> Ask:
    """Ask the token endpoint, or another that takes the client's secret, as this client."""
    client = plan.client
    way = _authentication(client, found)
    headers: tuple[tuple[str, str], ...] = (_JSON,)
    if way == "client_secret_basic":
        word = b64encode(f"{quote_plus(client.id)}:{quote_plus(client.secret)}".encode()).decode()
        headers = (*headers, ("Authorization", f"Basic {word}"))
    else:
        form = (*form, ("client_id", client.id), *((("client_secret", client.secret),) if client.secret else ()))
    secrets = (*(value for _, value in headers[1:]), *(value for name, value in form if name in _SECRET_FIELDS))
    return Ask(
        step,
        "POST",
        url or found.token_endpoint,
        form,
        headers,
        carries_password=True,
        is_direct=True,
        secrets=secrets,
    )


_SECRET_FIELDS = frozenset(("code", "code_verifier", "refresh_token", "client_secret", "token"))


def _authentication(client: Client, found: Metadata) -> str:
    if client.authentication or not client.secret:
        return client.authentication or "none"
    offered = found.token_endpoint_auth_methods_supported
    return "client_secret_post" if "client_secret_basic" not in offered else "client_secret_basic"


def bearer(step: str, url: str, token: str) -> Ask:
    """Ask with an access token."""
    headers = (_JSON, ("Authorization", f"Bearer {token}"))
    return Ask(step, "GET", url, headers=headers, carries_password=True, is_direct=True, secrets=(token,))


def tokens(answer: Answer, refused: Ending = Ending.TOKEN_REFUSED) -> Tokens | Done:
    """The tokens, or why there are none."""
    if answer.status >= 500 or 300 <= answer.status < 400 or answer.status in (404, 405, 429):
        return Done(http_reason(answer.status), "the token endpoint answers with tokens")
    if answer.status != 200:
        said = read(answer, _Refusal)
        word = said.error if said and said.error in _KNOWN_ERRORS else "an error of its own"
        # RFC 6749 §5.2 keeps 401 for a client that is not believed, whatever the word (Keycloak: unauthorized_client).
        if word == "invalid_client" or answer.status == 401:
            return Done(
                Ending.CLIENT_REFUSED, f"the provider knows the client and takes its secret; it answered {word}"
            )
        return Done(refused, f"the token endpoint answers with tokens; it answered {word}")
    found = read(answer, Tokens)
    if found is None or found.token_type.lower() not in ("bearer", "dpop"):
        return Done(Ending.TOKEN_INVALID, "an answer in JSON with access_token and token_type Bearer")
    return found


def read(answer: Answer, shape: type[T]) -> T | None:
    """The answer's JSON in that shape, None if it is not so."""
    try:
        return msgspec.json.decode(answer.text, type=shape)
    except (msgspec.DecodeError, UnicodeError):
        return None
