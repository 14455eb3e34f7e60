from base import *

LOGIN_URL = "/login/"
