from base import *

SESSION_COOKIE_SAMESITE = "None"
SESSION_COOKIE_SECURE = True
AUTHLIB_OAUTH_CLIENTS = {"portal": {"authorize_params": {"response_mode": "form_post"}}}
