from base import *

ALLOWED_HOSTS = ["new.example.com"]
