"""One person in so many: where a log brings more lines than detectors can look at, they look at a part of its people.

In: a kind's parser, and one in how many people. Out: a parser that finds nothing in the lines of all others. Who is
looked at is so in every line, by the keyed hash of the person (else session, else network): retries, and what follows a
sign-in, stay whole, and shares are those of all. A line that names nobody is looked at by chance of its own text. What
is nobody's and weighs by itself, a configuration that was loaded, always is. Pure, no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from doorward.log_line.tally import who
from doorward.model.sign_in import Kind, SignInEvent
from doorward.watch.follow import Parse

# The keyed hash of whom a line speaks, found without reading the line; None where it takes a parser to say.
Mark = Callable[[bytes], bytes | None]

_CONFIGURATION = Kind.CONFIGURATION


def of_one_in(parse: Parse, one_in: int, mark: Mark | None = None) -> Parse:
    """The parser for one person in that many (1 or more); `mark` spares it the lines of the others."""
    if one_in == 1:
        return parse

    def parsed(line: bytes, component: str) -> SignInEvent | None:
        known = None if mark is None else mark(line)
        if known is not None:
            return parse(line, component) if crc32(known) % one_in == 0 else None
        event = parse(line, component)
        if event is None or event.kind is _CONFIGURATION:
            return event
        name = who(event)
        return event if crc32(line if name is None else name.encode()) % one_in == 0 else None

    return parsed
