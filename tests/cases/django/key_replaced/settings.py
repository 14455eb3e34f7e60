from base import *

SECRET_KEY = "another-key-that-signs-nothing-but-test-cases"
