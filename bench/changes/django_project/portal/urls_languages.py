"""The pages of `urls_plain`, each below its language."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns

from portal.urls_plain import urlpatterns as plain

urlpatterns = i18n_patterns(*plain)
