from base import *

SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES["default"]["LOCATION"] = "redis://:first@cache.example.com/0"
