from base import *

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
