from base import *

SESSION_COOKIE_AGE = 36000
