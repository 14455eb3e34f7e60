from base import *

ALLOWED_HOSTS = ["portal.example.org"]
