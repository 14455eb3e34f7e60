"""Doorward keeps the door to a service working."""

__version__ = "0.1.0"
