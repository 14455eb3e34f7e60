from base import *

ALLOWED_HOSTS = ["staging.example.net"]
CSRF_TRUSTED_ORIGINS = ["https://staging.example.net"]
