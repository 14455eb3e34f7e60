"""LemonLDAP::NG's portal in syslog or in the web server's error log that goes there.

Source: lemonldap-ng-portal, userLogger sentences of Auth/LDAP.pm, Auth/_WebForm.pm, Main/Process.pm; measured:
tests/cases/logs/lemonldap.
"""

from __future__ import annotations

import re

from doorward.log_line import LogFormat, LogOptions, Said, failed, noted, succeeded
from doorward.log_line.patterns import Patterns, pattern
from doorward.log_line.said import Read
from doorward.log_line.syslog import entry
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

_PROGRAMS = frozenset({"llng", "lemonldap-ng", "lemonldap"})
_PREFIX = re.compile(r"(?:\[\w+\] )?(?:Lemonldap::NG : )?")
_AT = r" \((?P<source>[0-9a-fA-F.:]+)\)"

PATTERNS = Patterns(
    (
        pattern(
            "bad-password", rf"Bad password for (?P<person>.*){_AT}", failed(Reason.WRONG_PASSWORD, "bad-password")
        ),
        pattern(
            "not-found",
            rf"(?P<person>.*) was not found in \w+ directory{_AT}",
            failed(Reason.UNKNOWN_PERSON, "not-found"),
        ),
        pattern("granted", rf"Session granted for (?P<person>.*?)(?: by \S+)?(?:{_AT})?", succeeded()),
        pattern(
            "not-granted",
            r"User [\"']?(?P<person>.*?)[\"']? was not granted to open session.*",
            failed(Reason.ACCESS_DENIED, "rule"),
        ),
        pattern("left", r"User (?P<person>.*) has been disconnected.*", succeeded(Kind.SIGN_OUT)),
        pattern("csrf", r"(?P<person>.*)(?:Token|token) (?:expired|not found|try to).*", noted(Reason.CSRF, "token")),
        pattern(
            "directory",
            r"(?:LDAP|Ldap) (?:error|connection|initialization).*",
            failed(Reason.PROVIDER_ERROR, "directory"),
        ),
    )
)


def reads(options: LogOptions) -> Read:
    """A reader of the portal's sentences; other programs' lines say nothing."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        found = entry(line, times)
        if found.program.casefold() not in _PROGRAMS:
            return None
        message = found.message.strip()
        return PATTERNS.said(found.at, message[_PREFIX.match(message).end() :])  # type: ignore[union-attr]

    return read


LOG = LogFormat(
    reads,
    lines="syslog or journal, programs LLNG and lemonldap-ng",
    times="syslog: `time_zone`, year rule; ISO, RFC 5424 and journal: their own zone",
    source="lemonldap-ng-portal's userLogger",
    origins={"time": "head of the line", "person": "name in the sentence", "source": "address in brackets"},
)
