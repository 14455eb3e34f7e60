"""`ssh`: sign in to a host by the `ssh` client, with a key or a password, and leave at once.

In: what the client said with -v. Out: how to run it, then a named reason. The client's own settings, agent and known
hosts play no part; the host's key must be in the probe's `known_hosts`. One connection a run: a server counts those
that end before a sign-in (sshd_config, PerSourcePenalties). Source: ssh_config(5), RFC 4252, RFC 4253 section 4.2;
wording measured with OpenSSH 9.2, stable since 7.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from doorward.probe.exchange import Done, Ending
from doorward.probe.line import Heard, LineEnding, Run, Word
from doorward.probe.plan import ProbePlan, host_and_port

PORT = 22
EXPECTED = "the host takes the account's key or password"
# sshd(8) names neither a wrong password nor a locked account: only that it denies.
_AUTHENTICATED = re.compile(rb"^(?:debug1: )?(?:Authenticated to |Authentication succeeded)", re.MULTILINE)
_HOST_KEY = re.compile(rb"^debug1: Server host key: (\S+ SHA256:[A-Za-z0-9+/]{43})", re.MULTILINE)
_METHODS = re.compile(rb"^debug1: Authentications that can continue: (\S+)", re.MULTILINE)
_EXPIRED = re.compile(rb"password (?:has )?expired|Password change required|required to change your password", re.I)
_CLOSED_TO = re.compile(rb"account is currently not available|not available\.?\s*$|nologin", re.I | re.M)
# In this order; the first that fits names the end.
_SAID: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"REMOTE HOST IDENTIFICATION HAS CHANGED"), LineEnding.HOST_KEY_CHANGED, "the host key that is known"),
    (re.compile(rb"host key is known for|Host key verification failed"), LineEnding.HOST_KEY_UNKNOWN,
     "a host key in the probe's known_hosts"),
    (re.compile(rb"Could not resolve hostname"), Ending.DNS, "a host name that resolves"),
    (re.compile(rb"connect to (?:host|address) .*Connection refused"), Ending.REFUSED, "a connection"),
    (re.compile(rb"No route to host|Network is unreachable"), Ending.NO_ANSWER, "a way to the host"),
    (re.compile(rb"timed out"), Ending.TIMEOUT, "an answer in time"),
    (re.compile(rb"banner line \d+: (?:Exceeded MaxStartups|Not allowed at this time)"), LineEnding.ASKED_TO_WAIT,
     "a host that takes another connection now"),
    (re.compile(rb"banner line \d+: |invalid format\s*$|Protocol mismatch|major versions differ", re.M),
     LineEnding.NOT_THE_PROTOCOL, "the identification of an SSH server (RFC 4253)"),
    (re.compile(rb"kex_exchange_identification"), LineEnding.CUT_OFF,
     "a server that speaks: it closes the connection before it names itself"),
    (re.compile(rb"Unable to negotiate|no matching"), LineEnding.NO_COMMON_ALGORITHM,
     "an algorithm that client and host both have"),
    (re.compile(rb"no such identity|^Load key |UNPROTECTED PRIVATE KEY", re.M), LineEnding.KEY_UNUSABLE,
     "a key file of the probe that the client can use"),
    (_EXPIRED, LineEnding.PASSWORD_EXPIRED, "a password that has not expired"),
)  # fmt: skip
_DENIED = re.compile(rb"Permission denied|Too many authentication failures")
_CUT = re.compile(rb"Connection (?:closed|reset)|closed by remote host")
_HOST = re.compile(r"[A-Za-z0-9.:\-]+")


def ssh_journey(plan: ProbePlan) -> SshSignIn:
    """Sign in at the first address, `ssh://host:port`."""
    return SshSignIn(plan)


@dataclass(slots=True)
class SshSignIn:
    """The machine: one run of the client, and what it said."""

    plan: ProbePlan

    def start(self) -> Word | Done:
        """Run the client; the account and its secret go by files that only we can read, never by its arguments."""
        at = host_and_port(self.plan.start_url, {"ssh": PORT})
        if at is None:
            return Done(Ending.HOST_NOT_NAMED, "an address with a host and a port: ssh")
        (host, port), (name, password) = at, self.plan.account
        if not name or _unquotable(name) or not _HOST.fullmatch(host):
            return Done(LineEnding.NOBODY, "a host, and a user name without quotes and line breaks")
        by_key = bool(self.plan.means.key_file)
        files: list[tuple[str, str, int]] = [("config", self._config(host, port, name), 0o600)]
        if not by_key:
            files += [("word", password, 0o600), ("askpass", '#!/bin/sh\nexec cat "${0%/*}/word"\n', 0o700)]
        env = (
            () if by_key else (("SSH_ASKPASS", "{dir}/askpass"), ("SSH_ASKPASS_REQUIRE", "force"), ("DISPLAY", "none"))
        )
        argv = ("ssh", "-v", "-T", "-F", "{dir}/config", "host", "exit")
        return Run("sign-in", "SSH", argv, tuple(files), env, (host, port))

    def receive(self, heard: Heard) -> Word | Done:
        """The client said it all: the first sentence that is known names the end."""
        notes = tuple(f"the host shows the key {key.decode()}" for key in _HOST_KEY.findall(heard.data)[:1])
        signed_in = _AUTHENTICATED.search(heard.data) is not None
        reason, expected = self._signed_in(heard) if signed_in else self._refused(heard)
        return Done(reason, expected, () if reason == Ending.OK else notes)

    def _signed_in(self, heard: Heard) -> tuple[str, str]:
        if _EXPIRED.search(heard.data):
            return LineEnding.PASSWORD_EXPIRED, "a password that has not expired"
        if heard.status and _CLOSED_TO.search(heard.data):
            return LineEnding.ACCOUNT_DISABLED, "an account that is not closed"
        # The status is that of what the account may run, unless the connection broke.
        return (LineEnding.CUT_OFF, "a session after the sign-in") if heard.status == 255 else (Ending.OK, EXPECTED)

    def _refused(self, heard: Heard) -> tuple[str, str]:
        for pattern, reason, expected in _SAID:
            if pattern.search(heard.data):
                return reason, expected
        if _DENIED.search(heard.data):
            return self._denied(heard)
        if _CUT.search(heard.data):
            return LineEnding.CUT_OFF, "a server that goes on to the sign-in"
        return f"ssh-{heard.status}", EXPECTED

    def _denied(self, heard: Heard) -> tuple[str, str]:
        offered = b",".join(_METHODS.findall(heard.data)).split(b",")
        own = (b"publickey",) if self.plan.means.key_file else (b"password", b"keyboard-interactive")
        if not any(method in offered for method in own):
            return LineEnding.METHOD_REFUSED, f"the host offers to sign in by {own[0].decode()}"
        return (LineEnding.KEY_REFUSED if self.plan.means.key_file else Ending.WRONG_PASSWORD), EXPECTED

    def _config(self, host: str, port: int, name: str) -> str:
        means = self.plan.means
        by = [f'IdentityFile "{_path(means.key_file)}"', "PreferredAuthentications publickey", "BatchMode yes"]
        word = ["PreferredAuthentications keyboard-interactive,password", "PubkeyAuthentication no"]
        lines = [
            f"HostName {host}",
            f"Port {port}",
            f'User "{name}"',
            f'UserKnownHostsFile "{_path(means.known_hosts)}"',
            "GlobalKnownHostsFile /dev/null",
            "StrictHostKeyChecking yes",
            "UpdateHostKeys no",
            "IdentitiesOnly yes",
            "IdentityAgent none",
            "NumberOfPasswordPrompts 1",
            f"ConnectTimeout {max(1, round(self.plan.timeout_s))}",
            "ConnectionAttempts 1",
            *(by if means.key_file else word),
        ]
        return "\n".join(("Host *", *lines, ""))


def _unquotable(text: str) -> bool:
    return any(sign in text for sign in '"\\\n\r\0')


def _path(path: str) -> str:
    """A path as ssh_config takes it: `%` begins a token there."""
    return "/dev/null" if not path or _unquotable(path) else path.replace("%", "%%")
