"""Settings moved to a file of their own, with one that was not there before."""

SESSION_COOKIE_AGE = 28800
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "portal_session"
CSRF_COOKIE_SECURE = True
