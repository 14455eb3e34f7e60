"""The administration at an address that is harder to guess."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

urlpatterns = [path("back-office/", admin.site.urls)]
