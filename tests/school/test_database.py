from pathlib import Path

import pytest
from pydantic import ValidationError

from school.config import DatabaseSection
from school.database import databases


def test_without_an_address_the_data_lie_in_the_sqlite_file(tmp_path: Path) -> None:
    made = databases(DatabaseSection(path=tmp_path / "auth.sqlite3"))["default"]
    assert (made["ENGINE"], made["NAME"]) == ("django.db.backends.sqlite3", tmp_path / "auth.sqlite3")


def test_an_address_names_a_postgresql_and_the_password_comes_from_its_file(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("of-a-test\n")
    address = "postgresql://accounts@127.0.0.1:6432/school"
    section = DatabaseSection(path=tmp_path / "unused", address=address, password_file=password)
    made = databases(section)["default"]
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        *("accounts", "of-a-test", "127.0.0.1", 6432),
        "school",
    )


def test_a_password_in_the_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        DatabaseSection(path=tmp_path / "unused", address="postgresql://accounts:secret@127.0.0.1/school")
