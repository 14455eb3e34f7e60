from base import *

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/mine"
