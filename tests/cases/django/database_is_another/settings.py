from base import *

DATABASES["default"]["NAME"] = BASE_DIR / "staging.sqlite3"
