from base import *

SESSION_COOKIE_PATH = "/portal"
LOGIN_URL = "https://id.example.com/"
LOGIN_REDIRECT_URL = "https://portal.example.com/portal/"
