from base import *

SECURE_REFERRER_POLICY = "no-referrer"
