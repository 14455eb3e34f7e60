"""What the provider says of a person in ID tokens and userinfo, and whose tokens it honours."""

from collections.abc import Collection
from typing import Any, Protocol

from oauth2_provider.models import get_access_token_model, get_id_token_model, get_refresh_token_model
from oauth2_provider.oauth2_validators import OAuth2Validator

from school.auth.models import Account


class Request(Protocol):
    """What of the library's request is looked at here."""

    user: Account


class SchoolValidator(OAuth2Validator):  # type: ignore[misc]  # the library is untyped
    # Every client of the school needs name and role to work at all, so "openid" is enough for both.
    oidc_claim_scope: dict[str, str] | None = None

    # The signature of the library: no parameter but self makes it list the claims in discovery.
    def get_additional_claims(self) -> dict[str, Any]:
        return {
            "name": lambda request: request.user.name,
            "preferred_username": lambda request: request.user.username,
            "role": lambda request: request.user.role,
        }

    def validate_silent_login(self, request: Request) -> bool:
        """Of whoever is signed in; the library's view answers the others itself, with `login_required`, but asks here
        before it does, when nobody stands in the request yet. Source: OpenID Connect Core section 3.1.2.6."""
        return True

    def validate_silent_authorization(self, request: Request) -> bool:
        """No client of the school asks for consent, so there is none to miss."""
        return True

    def validate_bearer_token(self, token: str, scopes: Collection[str], request: Request) -> bool:
        """Tokens of a person who may no longer sign in are worth nothing."""
        return bool(super().validate_bearer_token(token, scopes, request)) and request.user.is_active

    def validate_refresh_token(self, refresh_token: str, client: object, request: Request, *args: object) -> bool:
        return bool(super().validate_refresh_token(refresh_token, client, request, *args)) and request.user.is_active


def revoke_all(account: Account) -> None:
    """Ends what other services hold of this person, so that they ask for sign-in anew."""
    for model in (get_refresh_token_model(), get_access_token_model(), get_id_token_model()):
        model.objects.filter(user=account).delete()
