from base import *

ALLOWED_HOSTS = ["portal.example.com", "www.example.com:8000"]
