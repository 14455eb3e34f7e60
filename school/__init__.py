"""The school: a portal and its OpenID provider, the reference system that is guarded, drilled on and tested against."""
