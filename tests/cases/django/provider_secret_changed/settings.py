from provider_with_keys.settings import *

OIDC_RP_CLIENT_SECRET = "another-secret-of-test-cases"
