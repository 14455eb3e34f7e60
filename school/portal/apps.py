"""The portal as a Django application."""

from django.apps import AppConfig


class PortalApp(AppConfig):
    name = "school.portal"
    label = "portal"
    verbose_name = "Portal"
