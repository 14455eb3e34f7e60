from base import *

CSRF_COOKIE_AGE = 0
