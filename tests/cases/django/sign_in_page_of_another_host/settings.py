from base import *

LOGIN_URL = "https://login.example.org/sign-in/"
