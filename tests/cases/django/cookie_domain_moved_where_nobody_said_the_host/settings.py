from base import *

SESSION_COOKIE_DOMAIN = "portal.example.org"
