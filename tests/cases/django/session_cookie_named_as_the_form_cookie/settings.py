from base import *

SESSION_COOKIE_NAME = "csrftoken"
