"""Accounts of another kind than Django's own."""

from django.contrib.auth.models import AbstractUser


class Person(AbstractUser):
    """Lies in another table than auth.User."""
