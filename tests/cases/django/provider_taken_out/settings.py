from provider_with_keys.settings import *

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
