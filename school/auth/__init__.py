"""The authentication service: accounts, sign-in, sessions, and an OpenID provider for the school's other services."""
