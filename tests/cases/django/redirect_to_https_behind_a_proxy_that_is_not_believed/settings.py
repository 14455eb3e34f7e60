from base import *

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = None
