"""auth.toml and portal.toml: facts with lines, errors with line and column, copies that lie by themselves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from doorward.errors import InputInvalid
from doorward.model.fact import Callback, Cookie, SessionLife, Store
from doorward.systems import Target
from doorward.systems.school.reader import read, sniff

_CASES = Path(__file__).parents[2] / "cases" / "school"
_AUTH = _CASES / "base" / "auth.toml"


def test_facts_carry_the_line_of_their_key() -> None:
    configuration = read(Target("school", str(_AUTH)))
    text = _AUTH.read_text().splitlines()
    for fact in (*configuration.facts_of(SessionLife), *configuration.facts_of(Callback)):
        key = fact.where.pointer.rpartition(".")[2]
        assert text[fact.where.line - 1].startswith(key)


def test_a_key_that_is_not_there_has_its_default_and_no_line(tmp_path: Path) -> None:
    copy = tmp_path / "auth.toml"
    copy.write_text(_AUTH.read_text().replace('cookie_name = "auth_session"\n', ""))
    cookie = read(Target("school", str(copy), Path.cwd())).facts_of(Cookie)[0]
    assert (cookie.name, cookie.where.line) == ("auth_session", 0)


def test_a_copy_by_itself_is_read_without_the_files_that_it_names(tmp_path: Path) -> None:
    copy = tmp_path / "of-yesterday.toml"
    copy.write_bytes(_AUTH.read_bytes())
    assert read(Target("school", str(copy), Path.cwd())).start_error is None


def test_without_the_school_in_the_project_the_file_is_read_all_the_same(tmp_path: Path) -> None:
    configuration = read(Target("school", str(_AUTH), tmp_path, sys.executable))
    assert configuration.start_error is None
    assert configuration.facts_of(Store)[0].importable is True


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[service]\nport = = 1\n", "bad.toml:2:8"),
        ('[service]\nname = "open\n', "bad.toml:2:13"),
        ("[service]\nhosts = [1,\n", "bad.toml:2:12"),
    ],
)
def test_text_that_is_not_toml_is_refused_with_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(InputInvalid) as refused:
        read(Target("school", "bad.toml", tmp_path))
    assert refused.value.problems[0].where == place


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b'[service]\nname = "\xff"\n')
    with pytest.raises(InputInvalid, match="UTF-8") as refused:
        read(Target("school", "bad.toml", tmp_path))
    assert refused.value.problems[0].where == "bad.toml:2"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="cannot be read"):
        read(Target("school", "none.toml", tmp_path))


def test_content_tells_the_school_from_other_toml() -> None:
    assert sniff("anything", _AUTH.read_bytes())
    assert sniff("anything", (_CASES / "base" / "portal.toml").read_bytes())
    assert sniff("broken.toml", b"[service]\nport = = 1\n[oidc]\n")
    assert not sniff("auth.toml", b"[tool.ruff]\nline-length = 120\n")
    assert not sniff("doorward.toml", b'[service]\nname = "x"\n[[component]]\nname = "auth"\n')
