from base import *

LOGIN_URL = "/mine/"
