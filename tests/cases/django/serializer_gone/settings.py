from base import *

SESSION_SERIALIZER = "django.contrib.sessions.serializers.PickleSerializer"
