from base import *

CSRF_USE_SESSIONS = True
