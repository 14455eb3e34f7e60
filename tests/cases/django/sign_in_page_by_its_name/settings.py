from base import *

LOGIN_URL = "sign-in"
