from base import *

SESSION_COOKIE_NAME = "portal.session"
