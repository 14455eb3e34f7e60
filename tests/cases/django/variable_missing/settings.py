import os

from base import *

SESSION_COOKIE_AGE = int(os.environ["DOORWARD_TEST_LIFE_NOT_SET"])
