from base import *

PREPEND_WWW = True
ALLOWED_HOSTS = [".example.com"]
