"""The dashboard as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages for people: status, incidents, approvals."""

    name = "doorward.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
