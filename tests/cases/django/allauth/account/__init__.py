"""Accounts with confirmed addresses."""
