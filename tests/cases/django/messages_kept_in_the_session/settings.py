from base import *

MIDDLEWARE = [*MIDDLEWARE, "django.contrib.messages.middleware.MessageMiddleware"]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
