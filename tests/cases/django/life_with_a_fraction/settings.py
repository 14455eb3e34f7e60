from base import *

SESSION_COOKIE_AGE = 8.0 * 3600
