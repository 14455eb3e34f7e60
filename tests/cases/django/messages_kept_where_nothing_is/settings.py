from base import *

MIDDLEWARE = [*MIDDLEWARE, "django.contrib.messages.middleware.MessageMiddleware"]
MESSAGE_STORAGE = "portal.messages.Storage"
