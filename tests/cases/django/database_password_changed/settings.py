from base import *

DATABASES["default"]["PASSWORD"] = "second-of-test-cases"
