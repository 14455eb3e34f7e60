from base import *

CSRF_COOKIE_NAME = "token"
