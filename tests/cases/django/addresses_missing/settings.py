from base import *

ROOT_URLCONF = "addresses_of_yesterday"
