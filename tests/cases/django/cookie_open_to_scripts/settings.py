from base import *

SESSION_COOKIE_HTTPONLY = False
