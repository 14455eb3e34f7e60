from base import *

INSTALLED_APPS = [*INSTALLED_APPS, "oauth2_provider"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {"default-src": ["'self'"], "form-action": ["'self'", "https://app.example.com"]}
}
