from base import *

USE_X_FORWARDED_HOST = True
