"""The dashboard as an ASGI application; `doorward.store.connection.open_store` must have named the settings."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorward.web.settings")
application = get_asgi_application()
