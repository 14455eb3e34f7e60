from base import *

LOGIN_REDIRECT_URL = "/mine/"
