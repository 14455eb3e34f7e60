"""sshd's syslog by the chunk: its sentences come to the same whoever it is, from whatever network and port."""

from __future__ import annotations

import re

from doorward.log_line import LogFormat, LogOptions
from doorward.log_line.sentences import STAMP, Sentences
from doorward.log_line.tally import Tally
from doorward.log_line.times import Times

_TIME = re.compile(rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")
_PROGRAMS = (b"sshd", b"sshd-session", b"sshd-auth")
_WORD = rb"[!-~]+"
_FROM = rb"[0-9a-fA-F.:]+"
_PATTERN = re.compile(
    rb"^(?:" + STAMP + _WORD + rb" (?:" + b"|".join(_PROGRAMS) + rb")\[\d+\]: (?:"
    # A person, whatever the network.
    rb"((?:Failed|Accepted) " + _WORD + rb" for (?:invalid user )?|Invalid user )(" + _WORD + rb")"
    rb" from " + _FROM + rb" port \d+( ssh2|)$"
    # A network, whatever the port.
    rb"|(Connection (?:closed|reset) by |Disconnected from |Received disconnect from )(" + _FROM + rb")"
    rb" port \d+(:11: .*| \[preauth\]|)$"
    # Silent, whoever it is.
    rb"|(pam_unix\(sshd:session\): session (?:opened|closed) for user )" + _WORD + rb"(?: by .*)?$"
    rb"|(.*)$)|.*$)",
    re.MULTILINE,
)


def tally_of(log: LogFormat, options: LogOptions) -> Tally:
    """The tally of a log with these options."""
    times = Times(options)

    def at_s(text: str) -> float:
        return (times.iso(text) if text[0].isdigit() else times.bsd(text)).timestamp()

    return Sentences(log.parser(options), options, _PATTERN, _TIME, at_s, _PROGRAMS)
