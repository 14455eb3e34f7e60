from base import *

INSTALLED_APPS = [*INSTALLED_APPS, "mozilla_django_oidc"]
AUTHENTICATION_BACKENDS = [*AUTHENTICATION_BACKENDS, "mozilla_django_oidc.auth.OIDCAuthenticationBackend"]
OIDC_RP_CLIENT_ID = "portal"
OIDC_RP_CLIENT_SECRET = "a-secret-of-test-cases"
OIDC_OP_AUTHORIZATION_ENDPOINT = "https://id.example.com/authorize"
OIDC_OP_JWKS_ENDPOINT = "https://id.example.com/keys"
OIDC_OP_USER_ENDPOINT = "https://id.example.com/userinfo"
OIDC_RP_SIGN_ALGO = "RS256"
