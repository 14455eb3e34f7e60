"""OpenSSH's server in syslog or the journal: who signed in, who was refused and by what.

One attempt writes several sentences. `Accepted`, `Failed`, `not allowed` and the end of a connection before sign-in
tell the outcome; those that stand beside them (`Invalid user`, PAM's own, a key offered and not taken) are noted only.
Source: openssh-portable auth.c, auth2.c, packet.c, sshd.c; measured: tests/cases/logs/sshd.
"""

from __future__ import annotations

from doorward.log_line import LogFormat, LogOptions, Said, failed, noted, succeeded
from doorward.log_line.patterns import Patterns, pattern
from doorward.log_line.said import Read
from doorward.log_line.syslog import entry
from doorward.log_line.times import Times
from doorward.model.sign_in import Kind, Reason

# sshd writes the address last, and a user name may hold anything: the greedy name leaves the last address.
_PORT = r" port \d+(?: ssh\d)?(?:: .*)?"
_FROM = r"(?P<person>.*) from (?P<source>\S+)"
_PREAUTH = " [preauth]"
_PROGRAMS = frozenset({"sshd", "sshd-session", "sshd-auth"})

_NOT_ALLOWED = (
    ("allow-users", "not listed in AllowUsers"),
    ("deny-users", "listed in DenyUsers"),
    ("allow-groups", "(?:not in any group|none of user's groups are listed in AllowGroups)"),
    ("deny-groups", "a group is listed in DenyGroups"),
    ("shell", "(?:login )?shell .*"),
    ("other", ".*"),
)

PATTERNS = Patterns(
    (
        pattern("accepted", rf"Accepted \S+ for {_FROM}{_PORT}", succeeded()),
        pattern("failed-none", r"Failed none for .*", None),
        pattern(
            "failed-unknown",
            rf"Failed \S+ for (?:invalid|illegal) user {_FROM}{_PORT}",
            failed(Reason.UNKNOWN_PERSON, "invalid-user"),
        ),
        pattern(
            "failed-password",
            rf"Failed (?:password|keyboard-interactive\S*) for {_FROM}{_PORT}",
            failed(Reason.WRONG_PASSWORD, "failed-password"),
        ),
        pattern("failed-key", rf"Failed \S+ for {_FROM}{_PORT}", noted(Reason.OTHER, "key-not-taken")),
        pattern("invalid", rf"Invalid user {_FROM}(?: port \d+)?", noted(Reason.UNKNOWN_PERSON, "invalid-user")),
        pattern("illegal", rf"Illegal user {_FROM}(?: port \d+)?", noted(Reason.UNKNOWN_PERSON, "invalid-user")),
        *(
            pattern(
                f"not-allowed-{name}", rf"User {_FROM} not allowed because {why}", failed(Reason.ACCESS_DENIED, name)
            )
            for name, why in (("locked", r"account is locked"), *_NOT_ALLOWED)
        ),
        *(
            pattern(
                f"left-{word.split()[0].lower()}",
                rf"{word} (?:invalid|illegal) user (?P<person>.*) (?P<source>\S+){_PORT}",
                failed(Reason.UNKNOWN_PERSON, "left-before-sign-in"),
            )
            for word in ("Connection (?:closed|reset) by", "Disconnected from", "Disconnecting")
        ),
        pattern(
            "signed-out", rf"Disconnected from user (?P<person>.*) (?P<source>\S+){_PORT}", succeeded(Kind.SIGN_OUT)
        ),
        *(
            pattern(
                f"left-{word.split()[0].lower()}-refused",
                rf"{word} \w+ user (?P<person>.*) (?P<source>\S+){_PORT}",
                failed(Reason.WRONG_PASSWORD, "left-before-sign-in"),
            )
            for word in ("Connection (?:closed|reset) by", "Disconnected from", "Disconnecting")
        ),
        pattern(
            "left-unnamed",
            rf"Connection (?:closed|reset) by (?P<source>\S+)(?:{_PORT})?",
            noted(Reason.OTHER, "left-before-name"),
        ),
        *(
            pattern(
                f"negotiate-{code}",
                rf"Unable to negotiate with (?P<source>\S+) port \d+: no matching {words} found.*",
                failed(Reason.OTHER, f"no-matching-{code}"),
            )
            for code, words in (
                ("key-exchange", "key exchange method"),
                ("host-key", "host key type"),
                ("mac", "MAC"),
                ("cipher", "cipher"),
                ("other", ".*"),
            )
        ),
        pattern(
            "timeout",
            r"(?:fatal: )?Timeout before authentication for (?:connection from )?(?P<source>[0-9a-fA-F.:]+)(?:,? .*)?",
            noted(Reason.OTHER, "timeout"),
        ),
        pattern(
            "dispatch",
            r"ssh_dispatch_run_fatal: Connection from (?P<source>\S+) port \d+: .*",
            noted(Reason.OTHER, "protocol"),
        ),
        pattern("magic", rf"Magic value check failed .* from (?P<source>\S+){_PORT}", noted(Reason.OTHER, "protocol")),
        pattern("banner", rf"banner exchange: Connection from (?P<source>\S+){_PORT}", noted(Reason.OTHER, "protocol")),
        pattern(
            "version",
            rf"Bad protocol version identification .* from (?P<source>\S+)(?:{_PORT})?",
            noted(Reason.OTHER, "protocol"),
        ),
        pattern(
            "refused", r"refused connect from .* \((?P<source>\S+)\)", failed(Reason.ACCESS_DENIED, "tcp-wrappers")
        ),
        pattern(
            "most-attempts",
            rf"error: maximum authentication attempts exceeded for (?:invalid user )?{_FROM}{_PORT}",
            noted(Reason.WRONG_PASSWORD, "most-attempts"),
        ),
        pattern(
            "account",
            r"fatal: Access denied for user (?P<person>.*) by PAM account configuration",
            failed(Reason.ACCESS_DENIED, "pam-account"),
        ),
        pattern(
            "pam-error",
            r"error: PAM: .* for (?:illegal user )?(?P<person>.*) from (?P<source>\S+)",
            noted(Reason.WRONG_PASSWORD, "pam"),
        ),
        pattern(
            "pam-failure",
            r"(?:pam_\w+\(sshd:auth\): )?authentication failure; .*rhost=(?P<source>\S*)(?: +user=(?P<person>.*))?",
            noted(Reason.WRONG_PASSWORD, "pam"),
        ),
    )
)


def reads(options: LogOptions) -> Read:
    """A reader of sshd's lines; other programs' lines say nothing."""
    times = Times(options)

    def read(line: bytes) -> Said | None:
        found = entry(line, times)
        if found.program.rpartition("/")[2] not in _PROGRAMS:
            return None
        return PATTERNS.said(found.at, found.message.rstrip().removesuffix(_PREAUTH).rstrip())

    return read


LOG = LogFormat(
    reads,
    lines="syslog (RFC 3164, ISO times, RFC 5424) or `journalctl -o json`, programs sshd, sshd-session, sshd-auth",
    times="syslog: `time_zone`, year rule; ISO, RFC 5424 and journal: their own zone",
    source="openssh-portable auth.c, auth2.c, packet.c",
    origins={"time": "head of the line", "person": "name in the sentence", "source": "address in the sentence"},
)
