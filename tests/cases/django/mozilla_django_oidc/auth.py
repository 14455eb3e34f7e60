"""Stands in for the backend of that name."""

from django.contrib.auth.backends import ModelBackend


class OIDCAuthenticationBackend(ModelBackend):
    """Signs people in through a provider."""
