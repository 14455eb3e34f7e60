"""Stands in for the package of that name, whose settings are what a case is about."""
