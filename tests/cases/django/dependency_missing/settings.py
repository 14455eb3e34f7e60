from base import *

import a_package_that_nobody_has
