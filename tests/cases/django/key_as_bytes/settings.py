from base import *

SECRET_KEY = SECRET_KEY.encode()
