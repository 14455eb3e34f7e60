"""The store as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Doorward's own database: the log, versions, buckets, outbox, health."""

    name = "doorward.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
