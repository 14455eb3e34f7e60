from base import *

SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
