from base import *

OIDC_AUTH_REQUEST_EXTRA_PARAMS = {"response_mode": "form_post"}
