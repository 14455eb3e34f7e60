"""A real Keycloak, the people who sign in to it, and the changes that are made to it."""
