"""Settings moved to a file of their own, as they were."""

SESSION_COOKIE_AGE = 28800
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
