from base import *

SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
