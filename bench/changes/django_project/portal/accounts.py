"""What the project has of its own: hashers, backends, serializers, and a way back for a provider that posts."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.serializers import JSONSerializer
from django.core.signing import JSONSerializer as SigningSerializer
from django.http import HttpRequest, HttpResponse
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView


class QuickPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Django's own with few rounds, so that a rehearsal measures sign-in and not hashing."""

    iterations = 1000


class StaffBackend(ModelBackend):
    """Django's own under another name."""


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
