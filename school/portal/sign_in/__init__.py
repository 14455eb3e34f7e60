"""Signing in at the provider (OpenID Connect, authorization code with PKCE) and staying signed in."""
