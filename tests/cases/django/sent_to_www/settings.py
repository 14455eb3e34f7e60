from base import *

PREPEND_WWW = True
