from base import *

LOGIN_URL = "https://id.example.com/"
LOGIN_REDIRECT_URL = "https://portal.example.com/app/"
SESSION_COOKIE_PATH = "/app/"
