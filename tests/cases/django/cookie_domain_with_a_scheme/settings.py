from base import *

SESSION_COOKIE_DOMAIN = "https://portal.example.com"
