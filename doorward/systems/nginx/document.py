"""The text of an nginx configuration in, its directives as a tree out, without secrets.

Includes are not followed: what stands in them is unknown, and so is whether it stands there. Raises InputInvalid with
file and line for text that nginx would not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doorward.errors import InputInvalid, Problem
from doorward.model.configuration import Configuration
from doorward.model.fact import Where
from doorward.systems.django.process import digest_key
from doorward.systems.django.redaction import digest, is_secret_name, without_people
from doorward.systems.nginx.tokens import Token, tokens

# Directives of which one place may hold several, told apart by their first word.
_LABELLED = """add_header auth_request_set limit_req_zone location map proxy_cookie_domain proxy_cookie_flags
    proxy_cookie_path proxy_set_header set upstream"""
_NAMED = frozenset(_LABELLED.split())
# Blocks whose lines are data, not directives: what stands there may be a secret, and no rule asks for it.
_DATA = frozenset(("charset_map", "geo", "map", "match", "split_clients", "types"))
_SHOWN = re.compile(
    r"add_header|alias|auth_request(_set)?|client_\w+|error_page|events|hash|http|http2|include|internal|ip_hash"
    r"|keepalive\w*|large_client_header_buffers|least_conn|limit_\w+|listen|location|map|proxy_\w+|recursive_error_pages"
    r"|resolver|rewrite|root|satisfy|send_timeout|server|server_name|ssl|ssl_(client_|trusted_)?certificate(_key)?|ssl_protocols|sticky"
    r"|try_files|upstream|worker_\w+|zone"
)
"""Directives whose words say how requests go and hold no secret; those of any other stand as digests."""

# What a directive's name looks like; anything else at its place is data of a block that was not known to hold data.
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_SECRET_HEADER = re.compile(r"authorization|cookie|key|secret|token|password|credential", re.I)
# Directives that name a header before its value, also where the line is broken within the name.
_OF_HEADERS = re.compile(r"add_header|proxy_(?!cookie)")
_CREDENTIALS = re.compile(r"(?:basic|bearer)\s+\S", re.I)
_UNKNOWN = re.compile(r"\$\{[A-Z][A-Z0-9_]*\}|\{\{|\{%|@[A-Z_]+@")
_VARIABLES_ONLY = re.compile(r"(?:\$\{?\w+\}?|[ ;=:/.,-]|Bearer|Basic)*")
_ADDRESS = re.compile(r"(https?://|/|\$\w+$)")
_MOST_DEPTH = 50
"""nginx itself nests a handful; more is no configuration."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive; `block` is None for one that ends with `;`. `args` hold no secret; None among them is unknown."""

    name: str
    args: tuple[str | None, ...]
    where: Where
    block: tuple[Directive, ...] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments that are known."""
        return tuple(arg for arg in self.args if arg is not None)

    def of(self, name: str) -> tuple[Directive, ...]:
        """Its own directives of that name, not those further in."""
        return tuple(one for one in self.block or () if one.name == name)


@dataclass(frozen=True, slots=True)
class NginxConfiguration(Configuration):
    """A Configuration with its directives, for the rules of this kind."""

    directives: tuple[Directive, ...] = ()


def parse(text: str, name: str) -> tuple[Directive, ...]:
    """The directives of the file."""
    return _Reading(name, list(tokens(text, name))).block("", 0)


def is_unknown(word: str) -> bool:
    """Whether a template or a script fills the word in; nginx's own variables are known words."""
    return bool(_UNKNOWN.search(word))


class _Reading:
    """The tokens of one file, read once from the first to the last."""

    def __init__(self, name: str, found: list[Token]) -> None:
        self.name, self.tokens, self.at = name, found, 0

    def block(self, above: str, depth: int) -> tuple[Directive, ...]:
        """The directives up to the brace that ends this block, or to the end of the file."""
        inside: list[Directive] = []
        opened = self.tokens[self.at - 1].line if self.at else 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.is_mark and token.text == "}":
                if not depth:
                    raise self._refused("a block ends that did not begin", token.line)
                self.at += 1
                return tuple(inside)
            inside.append(self._directive(above, depth, inside))
        if depth:
            raise self._refused("a block is not closed", opened)
        return tuple(inside)

    def _directive(self, above: str, depth: int, beside: list[Directive]) -> Directive:
        words: list[str] = []
        line = self.tokens[self.at].line
        while self.at < len(self.tokens) and not self.tokens[self.at].is_mark:
            words.append(self.tokens[self.at].text)
            self.at += 1
        if self.at >= len(self.tokens) or self.tokens[self.at].text == "}":
            raise self._refused(f"the directive {_safe(words)} is not ended by ;", line)
        mark = self.tokens[self.at].text
        self.at += 1
        if not words:
            raise self._refused(f"a {mark} stands where a directive should", line)
        name = words[0] if _WORD.fullmatch(words[0]) else digest(digest_key(), words[0])
        args = _clean(name, words[1:])
        pointer = _pointer(above, name, args, beside)
        if mark == ";":
            return Directive(name, args, Where(self.name, line, pointer))
        if depth > _MOST_DEPTH:
            raise self._refused("blocks are nested too deeply", line)
        inner = self.block(pointer, depth + 1)
        inner = () if name in _DATA else inner
        if name == "server":
            pointer, inner = _of_server(above, pointer, inner, beside)
        return Directive(name, args, Where(self.name, line, pointer), inner)

    def _refused(self, what: str, line: int) -> InputInvalid:
        return InputInvalid((Problem("nginx.syntax", what, f"{self.name}:{line}", "mend the line, or the one above"),))


def _safe(words: list[str]) -> str:
    return words[0] if words and _SHOWN.fullmatch(words[0]) else "here"


def _clean(name: str, words: list[str]) -> tuple[str | None, ...]:
    """The arguments without secrets: in clear only what is known to be none."""
    return tuple(None if is_unknown(word) else _told(name, words, number) for number, word in enumerate(words))


def _told(name: str, words: list[str], number: int) -> str:
    key, word = digest_key(), words[number]
    if name in ("set", "return"):
        clear = number == 0 or (not is_secret_name(words[0]) and bool(_ADDRESS.match(word)))
    elif _CREDENTIALS.match(word) or (_OF_HEADERS.match(name) and any(map(_SECRET_HEADER.search, words[:number]))):
        clear = False
    else:
        clear = bool(_SHOWN.fullmatch(name))
    return without_people(word, key) if clear or _VARIABLES_ONLY.fullmatch(word) else digest(key, word)


def _pointer(above: str, name: str, args: tuple[str | None, ...], beside: list[Directive]) -> str:
    """`http.server[portal.example.com].location[/oauth2/].proxy_pass`; the second of a name ends with `#2`."""
    shown = [arg if arg is not None else "?" for arg in args]
    label = f"[{' '.join(shown) if name == 'location' else shown[0]}]" if name in _NAMED and shown else ""
    return _numbered(f"{above}.{name}{label}" if above else f"{name}{label}", beside)


def _numbered(pointer: str, beside: list[Directive]) -> str:
    same = [one for one in beside if one.where.pointer.partition("#")[0] == pointer]
    return f"{pointer}#{len(same) + 1}" if same else pointer


def _of_server(
    above: str, pointer: str, inner: tuple[Directive, ...], beside: list[Directive]
) -> tuple[str, tuple[Directive, ...]]:
    """A server is named after its host, which is known only when it has been read."""
    name = next((one.words[0] for one in inner if one.name == "server_name" and one.words), "_")
    named = _numbered(f"{above}.server[{name}]" if above else f"server[{name}]", beside)
    return named, tuple(_moved(one, pointer, named) for one in inner)


def _moved(directive: Directive, before: str, after: str) -> Directive:
    where = directive.where
    moved = Where(where.path, where.line, after + where.pointer.removeprefix(before))
    block = directive.block
    inner = None if block is None else tuple(_moved(one, before, after) for one in block)
    return Directive(directive.name, directive.args, moved, inner)


def all_of(directives: tuple[Directive, ...]) -> Iterator[Directive]:
    """Every directive, each before those inside it."""
    for one in directives:
        yield one
        yield from all_of(one.block or ())
