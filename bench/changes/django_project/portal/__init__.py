"""The project whose settings the bench changes: sign-in by password and by a provider, and a page that needs it."""
