from base import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher", *PASSWORD_HASHERS]
