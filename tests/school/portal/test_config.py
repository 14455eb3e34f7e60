"""portal.toml: what must be there, what may, and how a slip is told."""

from pathlib import Path

import pytest

from school.config import ConfigInvalid, load
from school.portal.config import PortalConfig

LEAST = """\
[service]
public_url = "http://127.0.0.1:8402"
port = 8402
secret_key_file = "secrets/key"
[database]
path = "portal.sqlite3"
[log]
path = "logs/portal.jsonl"
key_file = "secrets/log-key"
[sign_in]
issuer = "http://127.0.0.1:8401/o"
client_secret_file = "secrets/client"
[media]
directory = "media"
[monitoring]
token_file = "secrets/token"
"""


@pytest.fixture(autouse=True)
def secret_files(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    for name in ("key", "log-key", "client", "token"):
        (tmp_path / "secrets" / name).write_text("x")


def problems_of(directory: Path, text: str) -> list[str]:
    file = directory / "portal.toml"
    file.write_text(text)
    with pytest.raises(ConfigInvalid) as refused:
        load(file, PortalConfig)
    return [str(problem) for problem in refused.value.problems]


def test_the_least_configuration_gets_the_documented_defaults(tmp_path: Path) -> None:
    file = tmp_path / "portal.toml"
    file.write_text(LEAST)
    config = load(file, PortalConfig)
    assert (config.sign_in.recheck_seconds, config.sign_in.timeout_seconds) == (30, 3.0)
    assert (config.session.cookie_name, config.session.cookie_samesite) == ("portal_session", "Lax")
    assert config.media.directory == tmp_path / "media"


def test_all_slips_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = LEAST.replace("port = 8402", "port = 0").replace('/o"', '/o/"') + "[session]\nlife_minuets = 5\n"
    told = problems_of(tmp_path, text)
    assert [line.split(":")[1].split()[0] for line in told] == ["3", "11", "18"]
    assert "did you mean life_minutes?" in told[2]


def test_a_public_address_has_no_slash_at_its_end(tmp_path: Path) -> None:
    told = problems_of(tmp_path, LEAST.replace('8402"', '8402/"'))
    assert "service.public_url" in told[0]


def test_a_secret_file_that_is_missing_is_told_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "secrets" / "client").unlink()
    assert problems_of(tmp_path, LEAST)[0].startswith(
        "portal.toml:12 sign_in.client_secret_file: must name an existing"
    )
