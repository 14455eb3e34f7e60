from base import *

SESSION_COOKIE_SAMESITE = False
