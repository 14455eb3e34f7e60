from base import *

SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES["default"]["KEY_FUNCTION"] = "django.core.cache.backends.base.default_key_func"
