from base import *

AUTH_USER_MODEL = "people.Person"
