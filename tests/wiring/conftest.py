"""Django stands ready when these tests are collected: the wiring works on the real store."""

from __future__ import annotations

import django

django.setup()
