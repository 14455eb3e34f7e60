from base import *

DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
