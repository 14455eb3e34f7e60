from base import *

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "mail.example.com"
DEFAULT_FROM_EMAIL = "door@example.com"
