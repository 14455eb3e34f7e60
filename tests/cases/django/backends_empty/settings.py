from base import *

AUTHENTICATION_BACKENDS = []
