"""The Django application of the accounts; its label stays clear of django.contrib.auth's."""

from django.apps import AppConfig


class AuthConfiguration(AppConfig):
    name = "school.auth"
    label = "school_auth"
    verbose_name = "School accounts"
