from base import *

SESSION_COOKIE_PATH = "/admin/"
