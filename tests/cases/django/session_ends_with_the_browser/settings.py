from base import *

SESSION_EXPIRE_AT_BROWSER_CLOSE = True
