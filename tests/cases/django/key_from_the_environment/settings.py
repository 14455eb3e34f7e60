from base import *

import os

SECRET_KEY = os.environ["DOORWARD_CASE_KEY_NOT_SET"]
