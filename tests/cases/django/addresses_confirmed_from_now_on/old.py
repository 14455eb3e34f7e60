from base import *

INSTALLED_APPS = [*INSTALLED_APPS, "allauth", "allauth.account"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
