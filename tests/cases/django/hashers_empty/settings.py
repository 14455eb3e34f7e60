from base import *

PASSWORD_HASHERS = []
