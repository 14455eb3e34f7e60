from base import *

del LOGIN_REDIRECT_URL  # noqa: F821 — it comes from the base
