"""The authentication service as a WSGI application. Importing it reads the configuration and brings clients in line."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "school.auth.settings")
application = get_wsgi_application()

from school.auth.clients import synchronise_or_record  # noqa: E402  # models exist only after the line above
from school.auth.current import configuration  # noqa: E402

synchronise_or_record(configuration().client)
