"""Who may sign in: passwords, and the double of a provider, which vouches for the rehearsal's account unseen.

Only what would ask the network is doubled; states, sessions and settings are mozilla-django-oidc's own.
"""

from __future__ import annotations

import base64
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.serializers import JSONSerializer
from django.core.signing import JSONSerializer as SigningSerializer
from django.http import HttpRequest, HttpResponse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView


class QuickPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Django's own with few rounds, so that a rehearsal measures sign-in and not hashing."""

    iterations = 1000


class StaffBackend(ModelBackend):
    """Django's own under another name."""


class ProviderBackend(OIDCAuthenticationBackend):
    """Takes every code for good and everyone for the account that is there."""

    def get_token(self, payload: dict[str, Any]) -> dict[str, str]:
        """What the token endpoint would answer."""
        return {"id_token": "of-this-visit", "access_token": "of-this-visit"}

    def verify_token(self, token: str, **_: Any) -> dict[str, str]:
        """The claims of any token."""
        return {"sub": "1"}

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, str]) -> dict[str, str]:
        """What the provider would tell of the person."""
        return {"email": "of-the-account"}

    def filter_users_by_claims(self, claims: dict[str, str]) -> list[Any]:
        """The one account that the rehearsal made."""
        return list(self.UserModel._default_manager.all()[:1])


class ProviderReturn(OIDCAuthenticationCallbackView):
    """Also takes the answer of a provider that posts it."""

    http_method_names = ["get", "post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same as a return by GET."""
        request.GET = request.POST  # type: ignore[assignment]
        answer: HttpResponse = self.get(request)
        return answer


class PackedSerializer(SigningSerializer):
    """Sessions in another form than Django's own serializer writes and reads."""

    def dumps(self, obj: object) -> bytes:
        """Base64 of the JSON, backwards."""
        return base64.b64encode(super().dumps(obj))[::-1]

    def loads(self, data: bytes) -> Any:
        """What `dumps` wrote."""
        return super().loads(base64.b64decode(data[::-1], validate=True))


class SameSerializer(JSONSerializer):
    """Django's own under another name: it reads what the other wrote."""
