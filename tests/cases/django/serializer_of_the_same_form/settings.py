from base import *

SESSION_SERIALIZER = "django.core.signing.JSONSerializer"
