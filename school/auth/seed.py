"""`python -m school.auth.seed SITE`: creates the tables and the accounts of secrets/people.json. Called by setup."""

import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django
from django.contrib.auth.hashers import make_password
from django.core.management import call_command


def main(site: Path) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    people = json.loads((site / "secrets" / "people.json").read_text(encoding="utf-8"))
    create_accounts(people)


def create_accounts(people: list[Mapping[str, str]]) -> None:
    from school.auth.models import Account  # noqa: PLC0415  # models exist only after django.setup()

    # Argon2 releases the interpreter lock, so threads use every core.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashes = list(pool.map(make_password, (person["password"] for person in people)))
    Account.objects.bulk_create(
        Account(
            id=person["sub"],
            username=person["username"],
            name=person["name"],
            mail=person["mail"],
            role=person["role"],
            password=password,
        )
        for person, password in zip(people, hashes, strict=True)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
