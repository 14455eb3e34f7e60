"""Passwords: Argon2id at the cost that auth.toml sets; a password hashed at another cost is rehashed at sign-in."""

from django.contrib.auth.hashers import Argon2PasswordHasher

from school.auth.current import configuration


class Argon2(Argon2PasswordHasher):
    @property
    def memory_cost(self) -> int:
        return configuration().password.memory_kib

    @property
    def time_cost(self) -> int:
        return configuration().password.passes

    @property
    def parallelism(self) -> int:
        return configuration().password.lanes
