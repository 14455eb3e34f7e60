"""When the provider is to be asked again whether a sign-in still stands. Pure."""


def is_due(checked_at: float, now: float, recheck_s: float) -> bool:
    """Both times in seconds of the same clock. A clock that was put back makes it due as well."""
    return not 0 <= now - checked_at < recheck_s
