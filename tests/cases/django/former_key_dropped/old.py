from base import *

SECRET_KEY_FALLBACKS = ["a-former-key-that-signs-nothing-but-test-cases"]
