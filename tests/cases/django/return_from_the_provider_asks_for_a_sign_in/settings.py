from base import *

ROOT_URLCONF = "provider_addresses"
MIDDLEWARE = [*MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
