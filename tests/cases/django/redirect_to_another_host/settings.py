from base import *

SECURE_SSL_REDIRECT = True
SECURE_SSL_HOST = "old.example.com"
