from base import *

DATABASES["default"]["PASSWORD"] = "first-of-test-cases"
