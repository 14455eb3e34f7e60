"""redis.conf: what counts, lines, faults, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.check.targets import parse_target
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.systems import Target
from doorward.systems.redis.reader import read

CANARY = "canary7f3a91sings"


def _read(folder: Path, text: str) -> Configuration:
    (folder / "redis.conf").write_text(text)
    return read(Target("redis", "redis.conf", folder))


def _said(told: Configuration, name: str) -> tuple[tuple[str, ...] | None, int]:
    flow = told.flow(name)
    assert flow is not None
    return flow.values, flow.where.line


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("maxmemory 100", "100"),
        ("maxmemory 1gb", "1073741824"),
        ("MAXMEMORY 1G", "1000000000"),
        ("maxmemory 2kb\nmaxmemory 1kb", "1024"),
    ],
)
def test_a_size_is_read_as_redis_does_and_the_last_counts(tmp_path: Path, text: str, size: str) -> None:
    assert _said(_read(tmp_path, text), "memory-limit") == ((size,), len(text.splitlines()))


def test_what_is_not_said_is_the_default_unless_an_include_may_say_it(tmp_path: Path) -> None:
    assert _said(_read(tmp_path, "port 1\n"), "memory-limit") == (("0",), 0)
    assert _said(_read(tmp_path, "include other.conf\n"), "memory-limit") == (None, 0)
    assert _said(_read(tmp_path, "maxmemory ${SIZE}\n"), "memory-limit") == (None, 1)


def test_a_quote_that_is_not_closed_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid) as refused:
        _read(tmp_path, f'port 1\nrequirepass "{CANARY}\n')
    assert refused.value.problems[0].where == "redis.conf:2"
    assert CANARY not in str(refused.value)


def test_no_secret_comes_out(tmp_path: Path) -> None:
    lines = (
        f"requirepass {CANARY}",
        f"masterauth {CANARY}",
        f"user app on >{CANARY} ~* +@all",
        f"rename-command X {CANARY}",
    )
    told = _read(tmp_path, "\n".join(lines))
    assert CANARY not in repr(told)
    assert len(told.settings) == len(lines)


def test_the_content_tells_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "store.conf"
    path.write_text("# a store\nmaxmemory 1gb\nappendonly yes\n")
    assert parse_target(str(path)).kind == "redis"
