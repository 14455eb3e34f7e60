from base import *

CSRF_TRUSTED_ORIGINS = ["portal.example.com"]
