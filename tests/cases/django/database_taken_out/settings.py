from base import *

DATABASES = {}
