from base import *

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
