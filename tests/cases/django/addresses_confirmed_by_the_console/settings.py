from base import *

INSTALLED_APPS = [*INSTALLED_APPS, "allauth", "allauth.account"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
