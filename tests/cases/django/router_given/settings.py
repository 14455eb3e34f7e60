from base import *


class Router:
    """Asks the usual database."""


DATABASE_ROUTERS = [Router()]
