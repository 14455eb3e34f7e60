from base import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", *PASSWORD_HASHERS[:1]]
