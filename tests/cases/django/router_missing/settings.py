from base import *

DATABASE_ROUTERS = ["portal.routers.Replica"]
