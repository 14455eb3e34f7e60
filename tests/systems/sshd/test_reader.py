"""sshd_config: lines, blocks, included files, templates, names of people, and whatever else stands in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.systems import Target
from doorward.systems.sshd.reader import read, sniff

_BASE = Path(__file__).parents[2] / "cases" / "sshd" / "base" / "sshd_config"


def _read(folder: Path, text: str) -> Configuration:
    (folder / "sshd_config").write_text(text)
    return read(Target("sshd", "sshd_config", folder))


def test_a_keyword_has_its_line_and_its_present_name(tmp_path: Path) -> None:
    flow = _read(tmp_path, "# first\n\n challengeresponseauthentication=NO # why\n").flow(
        "sshd:KbdInteractiveAuthentication"
    )
    assert flow is not None
    assert (flow.values, flow.where.line, flow.where.pointer) == (("NO",), 3, "KbdInteractiveAuthentication")


def test_the_first_line_counts_and_lists_add_up(tmp_path: Path) -> None:
    read_ = _read(tmp_path, 'UsePAM yes\nUsePAM no\nAllowGroups a "b c"\nAllowGroups d\n')
    assert [s.shown for s in read_.settings] == ["yes", "a b c d"]
    groups = read_.flow("sshd:AllowGroups")
    assert groups is not None
    assert groups.values == ("a", "b c", "d")


def test_names_of_people_and_commands_are_shown_as_digests(tmp_path: Path) -> None:
    text = "AllowUsers annabel *\nMatch User annabel,bobby Address 10.0.0.0/8\nForceCommand run --key=annabel\n"
    read_ = _read(tmp_path, text + "AllowUsers annabel,bobby\n")
    told = repr(read_) + check.render(check.findings(read_), (), "json")
    assert "annabel" not in told
    assert "bobby" not in told
    assert "10.0.0.0/8" in told


def test_a_file_that_lies_beside_is_included_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "sshd_config.d").mkdir()
    (tmp_path / "sshd_config.d" / "50-cloud.conf").write_text("\nPasswordAuthentication no\n")
    read_ = _read(tmp_path, "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\n")
    flow = read_.flow("sshd:PasswordAuthentication")
    assert flow is not None
    assert (flow.values, flow.where.path, flow.where.line) == (("no",), "sshd_config.d/50-cloud.conf", 2)
    assert read_.flow("sshd:open") is None


@pytest.mark.parametrize(
    "line", ["Include /etc/ssh/sshd_config.d/*.conf", "Include ../../*", "{% include 'more' %}", "Include ${MORE}"]
)
def test_what_may_stand_elsewhere_is_left_open(tmp_path: Path, line: str) -> None:
    assert _read(tmp_path, line + "\n").flow("sshd:open") is not None


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.conf").symlink_to(tmp_path / "sshd_config")
    (tmp_path / "d" / "d").symlink_to(tmp_path / "d")
    assert _read(tmp_path, "Include d/*.conf\nUsePAM yes\n").flow("sshd:UsePAM") is not None


@pytest.mark.parametrize(
    ("text", "pointer", "line"),
    [
        ("PasswordAuthentification no\n", "PasswordAuthentification", 1),
        ("\nAllowUsers\n", "AllowUsers", 2),
        ("UsePAM yes please\n", "UsePAM", 1),
        ("MaxAuthTries six\n", "MaxAuthTries", 1),
        ("LoginGraceTime 5q\n", "LoginGraceTime", 1),
        ("MaxStartups 10:30\n", "MaxStartups", 1),
        ("LoginGraceTime none\n", "LoginGraceTime", 1),
        ("PermitRootLogin never\n", "PermitRootLogin", 1),
        ("AuthenticationMethods publickey,pasword\n", "AuthenticationMethods", 1),
        ("AuthenticationMethods any publickey\n", "AuthenticationMethods", 1),
        ("Match User\n", "Match[1]", 1),
        ("Match Person ann\n", "Match[1]", 1),
        ("Match all\nPort 22\n", "Match[1].Port", 2),
    ],
)
def test_what_the_server_refuses_is_an_error_at_its_line(tmp_path: Path, text: str, pointer: str, line: int) -> None:
    error = _read(tmp_path, text).start_error
    assert error is not None
    assert (error.where.pointer, error.where.line) == (pointer, line)


@pytest.mark.parametrize(
    "text",
    [
        "UsePAM {{ pam }}\n",
        "{{ more }}\n",
        "Match User=ann Group=a,b\nBanner none\n",
        'Banner "/a b" # c\n',
        "PerSourcePenalties authfail:5s\n",
        "Match invalid-user\nBanner none\n",
        "MACs -*\n",
    ],
)
def test_what_the_server_takes_or_a_template_decides_is_no_error(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, text).start_error is None


def test_a_word_that_is_near_no_keyword_is_not_told(tmp_path: Path) -> None:
    read_ = _read(tmp_path, "UsePAM yes\ncanary7f3a91sings\n")
    assert read_.start_error is not None
    assert read_.start_error.where.line == 2
    assert "canary" not in repr(read_) + check.render(check.findings(read_), (), "text")


def test_content_tells_the_server_from_the_client() -> None:
    assert sniff("anything", _BASE.read_bytes())
    assert sniff("sshd_config", b"")
    assert not sniff("config", b"Host *\n  PasswordAuthentication no\n")
    assert not sniff("settings.py", b"UsePAM yes\n")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="cannot be read"):
        read(Target("sshd", "none", tmp_path))


def test_bytes_of_any_kind_are_read(tmp_path: Path) -> None:
    (tmp_path / "sshd_config").write_bytes(b'\xff\xfe\x00Port "22\nMatch\n=\n"\n')
    assert read(Target("sshd", "sshd_config", tmp_path)).kind == "sshd"
