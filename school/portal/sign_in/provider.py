"""The OpenID provider as the portal sees it: authorize, exchange a code, ask who somebody is, sign out.

Discovery is fetched when it is first needed and kept. Every failure comes out as one of two errors: `ProviderFault`
(the provider does not answer as it must: nobody's fault who signs in) and `SignInRefused` (this sign-in is not good).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from school.portal.access import Role
from school.portal.config import SignInSection
from school.portal.sign_in.sealing import Tokens

_SCOPE = "openid profile"
_STRAY_STATE = "mismatching_state"  # Authlib's word for a state that this browser did not begin


class SignInFailure(StrEnum):
    """Why a sign-in failed; the words of the `sign-in` event."""

    PROVIDER_ERROR = "provider-error"
    STATE_MISMATCH = "state-mismatch"
    TOKEN_REFUSED = "token-refused"
    ACCESS_DENIED = "access-denied"
    INACTIVE = "inactive"


class ProviderFault(Exception):
    """The provider cannot be reached, is too slow, or answers what the standard does not allow."""


class SignInRefused(Exception):
    def __init__(self, reason: SignInFailure) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the provider says a person is."""

    subject: str
    name: str
    role: Role
    username: str


class Provider:
    def __init__(self, config: SignInSection, secret: str) -> None:
        self._issuer = config.issuer
        self._client_id = config.client_id
        self._app = OAuth().register(
            "provider",
            client_id=config.client_id,
            client_secret=secret,
            server_metadata_url=f"{config.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": _SCOPE,
                "code_challenge_method": "S256",
                "default_timeout": config.timeout_seconds,
            },
        )

    def authorize(self, request: HttpRequest, callback: str) -> HttpResponse:
        """Sends the browser to the provider; state, nonce and verifier wait in the session. Raises ProviderFault."""
        self._discover()
        response: HttpResponse = self._app.authorize_redirect(request, callback)
        return response

    def exchange(self, request: HttpRequest) -> tuple[Tokens, Claims]:
        """The callback's code for tokens and verified claims. Raises ProviderFault and SignInRefused."""
        if said := request.GET.get("error"):
            if said == "access_denied":
                raise SignInRefused(SignInFailure.ACCESS_DENIED)
            raise ProviderFault(f"the provider sent the person back with {said[:60]!r}")
        self._discover()
        try:
            answer = self._app.authorize_access_token(request)
        except (AuthlibBaseError, JoseError) as error:
            is_stray = error.error == _STRAY_STATE
            raise SignInRefused(SignInFailure.STATE_MISMATCH if is_stray else SignInFailure.TOKEN_REFUSED) from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderFault("the provider did not exchange the code") from error
        if "userinfo" not in answer:
            raise ProviderFault("the provider issued no ID token")
        return _tokens(answer), claims_of(answer["userinfo"])

    def ask(self, tokens: Tokens) -> Claims | None:
        """Who the access token stands for; None when it is no longer good. Raises ProviderFault."""
        url = self._discover()["userinfo_endpoint"]
        try:
            answer = self._app.get(url, token={"access_token": tokens.access, "token_type": "Bearer"})
            if answer.status_code == requests.codes.unauthorized:
                return None
            answer.raise_for_status()
            return claims_of(answer.json())
        except (requests.RequestException, AuthlibBaseError, ValueError) as error:
            raise ProviderFault("the provider did not say who the person is") from error

    def refresh(self, tokens: Tokens) -> Tokens | None:
        """Fresh tokens; None when the provider has ended the grant. Raises ProviderFault for anything else."""
        if not tokens.refresh:
            return None
        self._discover()
        try:
            answer = self._app.fetch_access_token(grant_type="refresh_token", refresh_token=tokens.refresh)
        except AuthlibBaseError as error:
            if error.error == "invalid_grant":
                return None
            raise ProviderFault(f"the provider refused to refresh: {error.error}") from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderFault("the provider did not refresh the tokens") from error
        return _tokens({"id_token": tokens.identity, "refresh_token": tokens.refresh, **answer})

    def sign_out_address(self, tokens: Tokens | None, back: str) -> str:
        """The provider's own sign-out page, which sends the browser `back`. Raises ProviderFault."""
        if "end_session_endpoint" not in self._discover():
            return back
        hint = tokens.identity if tokens is not None else None
        address: str = self._app.create_logout_url(back, hint, client_id=self._client_id)["url"]
        return address

    def _discover(self) -> Mapping[str, str]:
        try:
            metadata: Mapping[str, str] = self._app.load_server_metadata()
        except (requests.RequestException, ValueError) as error:
            raise ProviderFault("the provider's discovery document cannot be read") from error
        if metadata.get("issuer") != self._issuer:
            # Not kept: otherwise a portal that once read a wrong document would need a restart.
            self._app.server_metadata.clear()
            raise ProviderFault("the discovery document names another issuer (OpenID Connect Discovery 1.0, 4.3)")
        return metadata


def claims_of(said: Mapping[str, object]) -> Claims:
    """Raises ProviderFault when a claim is missing or the role is unknown."""
    try:
        return Claims(
            subject=str(said["sub"]),
            name=str(said["name"]),
            role=Role(str(said["role"])),
            username=str(said["preferred_username"]),
        )
    except (KeyError, ValueError) as error:
        raise ProviderFault("a claim is missing or not understood") from error


def _tokens(answer: Mapping[str, str]) -> Tokens:
    return Tokens(answer["access_token"], answer.get("refresh_token", ""), answer.get("id_token", ""))
