from base import *

SESSION_COOKIE_AGE = "28800"
