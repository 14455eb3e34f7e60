"""Log lines of any kind: what a line says in clear, and how that becomes a SignInEvent without names or addresses.

In: bytes of a line and the component's LogOptions. Out: a SignInEvent, None, or ValueError. What a line says in clear
(`Said`) never leaves this package and the kinds' own readers; people, sessions and networks leave as keyed hashes.
"""

from doorward.log_line.format import LogFormat
from doorward.log_line.options import FieldRule, LogOptions, Mapping, ReasonRule, Route
from doorward.log_line.said import Said, Verdict, failed, noted, parser, succeeded
from doorward.log_line.secrecy import Hasher

__all__ = [
    "FieldRule",
    "Hasher",
    "LogFormat",
    "LogOptions",
    "Mapping",
    "ReasonRule",
    "Route",
    "Said",
    "Verdict",
    "failed",
    "noted",
    "parser",
    "succeeded",
]
