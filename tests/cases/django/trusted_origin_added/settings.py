from base import *

CSRF_TRUSTED_ORIGINS = ["https://portal.example.com", "https://www.example.com"]
