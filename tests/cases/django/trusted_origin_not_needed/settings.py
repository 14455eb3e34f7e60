from base import *

CSRF_TRUSTED_ORIGINS = []
