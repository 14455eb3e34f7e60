"""A quick hasher, so that a rehearsal measures sign-in and not hashing."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Django's own with few rounds."""

    iterations = 1000
