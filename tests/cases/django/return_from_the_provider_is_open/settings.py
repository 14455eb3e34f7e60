from base import *

ROOT_URLCONF = "provider_addresses"
