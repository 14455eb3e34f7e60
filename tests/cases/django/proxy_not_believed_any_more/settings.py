from base import *

SECURE_PROXY_SSL_HEADER = None
