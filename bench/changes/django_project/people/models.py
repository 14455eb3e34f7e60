"""Accounts of another kind than Django's own."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """An account that also has a number."""

    number = models.IntegerField(default=0)

    class Meta:
        app_label = "people"
