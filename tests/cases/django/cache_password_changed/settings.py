from base import *

SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES["default"]["LOCATION"] = "redis://:second@cache.example.com/0"
