from base import *

SECRET_KEY = "another-key-that-signs-nothing-but-test-cases"
SECRET_KEY_FALLBACKS = ["a-key-that-signs-nothing-but-the-sessions-of-test-cases"]
