from base import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
