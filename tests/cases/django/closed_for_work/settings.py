from base import *

MIDDLEWARE = [*MIDDLEWARE, "maintenance_mode.middleware.MaintenanceModeMiddleware"]
MAINTENANCE_MODE = True
