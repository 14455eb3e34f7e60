from base import *

ALLOWED_HOSTS = ["https://portal.example.com"]
