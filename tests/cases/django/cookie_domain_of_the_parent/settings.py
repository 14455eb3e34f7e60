from base import *

SESSION_COOKIE_DOMAIN = "example.com"
