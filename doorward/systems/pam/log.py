"""PAM's own sentences in syslog or the journal, whatever program asked: logins, sudo, display managers, old sshd.

Source: Linux-PAM modules (pam_unix support.c, pam_faillock, pam_tally2, pam_access, pam_nologin), sssd pam_sss.c.
"""

from __future__ import annotations

import re

from doorward.log_line import LogFormat, LogOptions, Said, failed, noted, succeeded
from doorward.log_line.patterns import Patterns, pattern
from doorward.log_line.said import Read
from doorward.log_line.syslog import entry
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

# Sessions that no person opens.
_NOBODYS = re.compile(r"pam_\w+\((?:cron|crond|atd|systemd-user|runuser|polkit-1)(?::\w+)?\)", re.IGNORECASE)
_HEAD = r"pam_\w+\([\w.-]+(?::\w+)?\): "
_HOST = r"authentication failure; .*rhost=(?P<source>\S*)"
_FORGOTTEN = frozenset({"pam_unix", "pam_sss", "pam_krb5", "pam_ldap", "pam_winbind"})

PATTERNS = Patterns(
    (
        pattern("unknown", rf"{_HEAD}{_HOST}\s*", failed(Reason.UNKNOWN_PERSON, "authentication-failure")),
        pattern(
            "failure", rf"{_HEAD}{_HOST}\s+user=(?P<person>.*)", failed(Reason.WRONG_PASSWORD, "authentication-failure")
        ),
        pattern(
            "opened", rf"{_HEAD}session opened for user (?P<person>[^( ]+)(?:\(uid=\d+\))?(?: by .*)?", succeeded()
        ),
        pattern("closed", rf"{_HEAD}session closed for user (?P<person>\S+)", succeeded(Kind.SIGN_OUT)),
        pattern(
            "tally",
            r"pam_tally2?\([^)]*\): user (?P<person>.*) \(\d+\) tally \d+, deny \d+",
            failed(Reason.LOCKED_OUT, "tally"),
        ),
        pattern(
            "faillock",
            r"pam_faillock\([^)]*\): Consecutive login failures for user (?P<person>.*) account temporarily locked",
            failed(Reason.LOCKED_OUT, "faillock"),
        ),
        pattern(
            "expired", rf"{_HEAD}account (?P<person>.*) has expired \(.*\)", failed(Reason.INACTIVE, "account-expired")
        ),
        pattern(
            "expired-password",
            rf"{_HEAD}expired password for user (?P<person>\S+).*",
            noted(Reason.INACTIVE, "password-expired"),
        ),
        pattern(
            "access",
            r"pam_access\([^)]*\): access denied for user [`'](?P<person>.*)' from [`'](?P<source>.*)'",
            failed(Reason.ACCESS_DENIED, "pam-access"),
        ),
        pattern("nologin", r"pam_nologin\([^)]*\): .*", failed(Reason.ACCESS_DENIED, "nologin")),
        pattern(
            "directory",
            r"pam_sss\([^)]*\): received for user (?P<person>.*): 9 \(.*\)",
            failed(Reason.PROVIDER_ERROR, "pam-authinfo-unavail"),
        ),
        pattern(
            "directory-said",
            r"pam_sss\([^)]*\): received for user (?P<person>.*): \d+ \(.*\)",
            noted(Reason.OTHER, "pam-sss"),
        ),
        pattern(
            "module",
            r"PAM (?:unable to dlopen|adding faulty module|\[error: .*)(?:.*)",
            failed(Reason.SERVER_ERROR, "module-missing", Kind.ERROR),
        ),
    )
)


def reads(options: LogOptions) -> Read:
    """A reader of PAM's sentences of all programs; `message repeated` counts once."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        found = entry(line, times)
        message = found.message.rstrip()
        if found.module in _FORGOTTEN:
            # Before 2005 the module stood behind the program: `sshd(pam_unix)[19939]: …`.
            message = f"{found.module}({found.program}): {message}"
        if _NOBODYS.match(message):
            return None
        return PATTERNS.said(found.at, message)

    return read


LOG = LogFormat(
    reads,
    lines="syslog or journal: pam_unix, pam_sss, pam_faillock, pam_tally2, pam_access, pam_nologin of any program",
    times="syslog: `time_zone`, year rule; ISO, RFC 5424 and journal: their own zone",
    source="Linux-PAM modules, sssd pam_sss.c",
    origins={"time": "head of the line", "person": "user= or the name in the sentence", "source": "rhost="},
)
