"""The school's portal and sign-in: the reference system. Doorward reads its TOML and never imports it."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.school.log import mark, parse
from doorward.systems.school.reader import read, sniff
from doorward.systems.school.tally import SchoolTally

SYSTEM = System(
    kind="school",
    title="School portal and its sign-in",
    read=read,
    parse=parse,
    tally=lambda _options: SchoolTally(),
    mark=mark,
    sniff=sniff,
)
