from base import *

CSRF_COOKIE_AGE = None
