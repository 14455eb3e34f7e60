from base import *

CSRF_COOKIE_PATH = "/sign-in"
