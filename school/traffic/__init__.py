"""People of the school at their browsers: they arrive, mistype, sign in, work, leave, return and complain."""

from school.traffic.cli import main

__all__ = ["main"]
