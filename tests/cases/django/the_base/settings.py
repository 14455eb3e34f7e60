from base import *
