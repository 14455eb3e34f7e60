from base import *

ROOT_URLCONF = "addresses_closed"
