"""The dashboard's own table: attempts to sign in to Doorward that have not succeeded."""

from __future__ import annotations

from django.db import models


class Attempt(models.Model):
    """One attempt; `key` is a keyed hash of the name, the address or both, never themselves."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Counted by key and time."""

        indexes = [models.Index(fields=["key", "at"])]
