from base import *

FORCE_SCRIPT_NAME = "/portal"
