"""Passwords: Argon2id at the cost that auth.toml sets; a password hashed at another cost is rehashed at sign-in."""

from django.contrib.auth.hashers import Argon2PasswordHasher

from school.auth.current import configuration


class Argon2(Argon2PasswordHasher):
    def __init__(self) -> None:
        cost = configuration().password
        self.memory_cost, self.time_cost, self.parallelism = cost.memory_kib, cost.passes, cost.lanes
