"""redis.conf in, Facts and redacted settings out. What an `include` adds is not read and leaves its keys unknown.

Source: the redis.conf that Redis 7 comes with: one directive a line, the last of a name counts, `save` adds up.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from doorward import yaml_file
from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Fact, Flow, Where
from doorward.systems import Target
from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest, is_unknown

_OWN = re.compile(
    rb"^(maxmemory|maxmemory-policy|appendonly|appendfsync|requirepass|protected-mode|stop-writes-on-bgsave-error"
    rb"|rdbcompression|dbfilename|save)[ \t]+\S",
    re.MULTILINE | re.IGNORECASE,
)
# The directives whose words say how the store works and hold no secret; those of any other stand as digests.
_NAMES = """
appenddirname appendfilename appendfsync appendonly bind databases dbfilename dir include io-threads
lazyfree-lazy-eviction loglevel maxclients maxmemory maxmemory-policy maxmemory-samples port protected-mode
rdbcompression replica-read-only replica-serve-stale-data save stop-writes-on-bgsave-error tcp-backlog tcp-keepalive
timeout tls-auth-clients tls-ca-cert-file tls-cert-file tls-port
"""
_SHOWN = frozenset(_NAMES.split())
_SIZE = re.compile(r"(\d+)(b|k|kb|m|mb|g|gb)?")
_UNITS = {"": 1, "b": 1, "k": 10**3, "kb": 2**10, "m": 10**6, "mb": 2**20, "g": 10**9, "gb": 2**30}
_SAVED_BY_DEFAULT = ("3600 1 300 100 60 10000",)


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is Redis's: two of the directives that only it has."""
    return len({match.group(1).lower() for match in _OWN.finditer(content)}) >= 2


def read(target: Target) -> Configuration:
    """The configuration in the file. Raises InputInvalid when it cannot be read, or a quote is not closed."""
    path = Path(target.name) if Path(target.name).is_file() else target.project / target.name
    directives = tuple(_directives(yaml_file.text_of(path, target.name), target.name))
    return Configuration(
        kind=target.kind,
        target=target.name,
        facts=tuple(_facts(directives, target.name)),
        settings=tuple(_setting(name, words, where) for name, words, where in directives),
    )


_Directive = tuple[str, tuple[str, ...], Where]


def _directives(text: str, name: str) -> Iterator[_Directive]:
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            words = shlex.split(line)
        except ValueError:
            problems.append(Problem("redis.quote", "a quote is not closed", f"{name}:{number}", "close it"))
            continue
        yield words[0].lower(), tuple(words[1:]), Where(name, number, words[0].lower())
    if problems:
        raise InputInvalid(tuple(problems))


def _setting(name: str, words: tuple[str, ...], where: Where) -> Setting:
    text = " ".join(words)
    shown = None if is_unknown(text) else text if name in _SHOWN or not text else digest(digest_key(), text)
    return Setting(where.pointer, shown, where)


def _facts(directives: tuple[_Directive, ...], name: str) -> Iterator[Fact]:
    """`memory-limit` in bytes (0 = none), `eviction`, `kept-on-disk` (`on` or `off`), `idle-timeout` in seconds."""
    whole = not any(name == "include" for name, _, _ in directives)
    last = {found: (words, where) for found, words, where in directives}
    for fact, key, default in (
        ("memory-limit", "maxmemory", "0"),
        ("eviction", "maxmemory-policy", "noeviction"),
        ("idle-timeout", "timeout", "0"),
    ):
        words, where = last.get(key, ((default,) if whole else (), Where(name, 0, key)))
        yield Flow(where, fact, _values(fact, words))
    yield _kept(directives, whole, name)


def _values(fact: str, words: tuple[str, ...]) -> tuple[str, ...] | None:
    word = words[0].lower() if words and not is_unknown(words[0]) else ""
    if fact == "eviction":
        return (word,) if word else None
    size = _SIZE.fullmatch(word)
    return (str(int(size[1]) * _UNITS[size[2] or ""]),) if size else None


def _kept(directives: tuple[_Directive, ...], whole: bool, name: str) -> Flow:
    """An empty `save` takes back those before it; with no `save` at all Redis saves by itself."""
    saves: list[str] = []
    where, appends = Where(name, 0, "save"), "no" if whole else ""
    has_save = False
    for found, words, place in directives:
        if found == "save":
            has_save, where = True, place
            saves = [] if words in ((), ("",)) else [*saves, " ".join(words)]
        elif found == "appendonly":
            appends = words[0].lower() if words and not is_unknown(words[0]) else ""
    kept = saves if has_save else [*_SAVED_BY_DEFAULT]
    if appends == "yes" or kept:
        return Flow(where, "kept-on-disk", ("on",))
    return Flow(where, "kept-on-disk", ("off",) if appends == "no" and whole else None)
