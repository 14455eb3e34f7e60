import hashlib
from pathlib import Path

import pytest
from pydantic import Field

from school.config import ConfigInvalid, Section, SiteFile, SitePath, accept, digest, load


class Session(Section):
    life_minutes: int = Field(default=480, ge=1, description="Life.")
    engine: str = Field(default="db", description="Engine.")


class Client(Section):
    id: str = Field(description="Id.")
    secret_key: str = Field(default="", max_length=3, description="Secret.")


class Small(Section):
    session: Session = Session()
    client: tuple[Client, ...] = Field(default=(), description="Clients.")
    log: SitePath = Field(default=Path("log"), description="Log.")
    key_file: SiteFile | None = Field(default=None, description="Key.")


@pytest.fixture
def write(tmp_path: Path) -> "Write":
    return Write(tmp_path / "auth.toml")


class Write:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, text: str) -> Path:
        self.path.write_text(text)
        return self.path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ConfigInvalid) as refused:
        load(path, Small)
    return [str(problem) for problem in refused.value.problems]


def test_what_the_file_does_not_say_has_its_default(write: Write) -> None:
    config = load(write("[session]\nlife_minutes = 5\n"), Small)
    assert (config.session.life_minutes, config.session.engine, config.client) == (5, "db", ())


def test_relative_paths_are_relative_to_the_file(write: Write, tmp_path: Path) -> None:
    assert load(write('log = "logs/a.jsonl"'), Small).log == tmp_path / "logs/a.jsonl"
    assert load(write('log = "/var/log/a.jsonl"'), Small).log == Path("/var/log/a.jsonl")


def test_all_problems_are_told_at_once_each_with_its_line(write: Write) -> None:
    path = write('[session]\nlife_minute = 3\nlife_minutes = 0\n\n[[client]]\nid = "a"\n[[client]]\nid = 7\n')
    assert problems_of(path) == [
        "auth.toml:2 session.life_minute: is not a known key; did you mean life_minutes?",
        "auth.toml:3 session.life_minutes: must be greater than or equal to 1 (got 0)",
        "auth.toml:8 client.1.id: must be a valid string (got 7)",
    ]


def test_a_missing_key_is_told_at_the_table_that_lacks_it(write: Write) -> None:
    assert problems_of(write('\n[[client]]\nsecret_key = "x"\n')) == ["auth.toml:2 client.0.id: is missing; add it"]


def test_a_key_unlike_any_other_is_answered_with_what_is_known(write: Write) -> None:
    assert problems_of(write("[session]\nxyz = 1\n")) == [
        "auth.toml:2 session.xyz: is not a known key; known here: engine, life_minutes"
    ]


def test_a_value_that_may_be_secret_is_never_shown(write: Write) -> None:
    (problem,) = problems_of(write('[[client]]\nid = "a"\nsecret_key = "hunter2"\n'))
    assert "hunter2" not in problem
    assert "a text that is not shown" in problem


def test_a_file_that_the_service_needs_must_exist(write: Write) -> None:
    (problem,) = problems_of(write('key_file = "secrets/none"\n'))
    assert problem.startswith("auth.toml:1 key_file: must name an existing file")


def test_broken_toml_is_told_with_line_and_column(write: Write) -> None:
    (problem,) = problems_of(write("[session]\nlife_minutes = \n"))
    assert problem.startswith("auth.toml:2 is not TOML at column 16: ")


def test_an_unreadable_file_and_one_that_is_not_utf8_are_problems_too(write: Write, tmp_path: Path) -> None:
    assert problems_of(tmp_path / "none.toml") == [
        "none.toml cannot be read (No such file or directory); give the path of an existing file"
    ]
    write.path.write_bytes(b"# \xff")
    assert problems_of(write.path) == ["auth.toml is not UTF-8 (byte 2); save the file as UTF-8"]


def test_the_digest_is_that_of_the_bytes(write: Write) -> None:
    path = write("[session]\n")
    assert digest(path) == hashlib.sha256(b"[session]\n").hexdigest()[:12]


def test_an_accepted_configuration_stays_until_a_valid_one_is_accepted(write: Write) -> None:
    path = write("[session]\nlife_minutes = 5\n")
    accept(path, Small)
    in_force = digest(path)

    write("[session]\nlife_minutes = 0\n")
    with pytest.raises(ConfigInvalid):
        accept(path, Small)
    assert load(path, Small).session.life_minutes == 5
    assert digest(path) == in_force

    write("[session]\nlife_minutes = 6\n")
    accept(path, Small)
    assert load(path, Small).session.life_minutes == 6
    assert digest(path) != in_force
