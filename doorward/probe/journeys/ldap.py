"""`ldap`: bind to a directory as people's applications do, over ldap://, ldaps:// or StartTLS, and ask who one is.

In: what the server said. Out: the next message. The account's name is sent as it stands: a DN, or what the directory
takes instead. Source: RFC 4511 section 4.2 (bind) and appendix A (result codes), RFC 4513 sections 3 and 5.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from doorward.probe.ber import Malformed
from doorward.probe.exchange import Done, Ending
from doorward.probe.ldap_message import (
    ANSWERED_BIND,
    ANSWERED_EXTENDED,
    ANSWERED_SEARCH,
    START_TLS,
    WHO_AM_I,
    Response,
    bind_request,
    extended_request,
    is_answered,
    responses,
    root_request,
    unbind_request,
)
from doorward.probe.line import Connect, Heard, LineEnding, Say, Secure, Word
from doorward.probe.plan import ProbePlan, host_and_port

PORTS = {"ldap": 389, "ldaps": 636}
_EXPECTED_BIND = "the directory takes the account's name and password"
_UNIVERSAL = "an LDAP message (RFC 4511)"
# draft-behera-ldap-password-policy-11 section 6.2.
_POLICY = {
    0: (LineEnding.PASSWORD_EXPIRED, "a password that has not expired"),
    1: (LineEnding.ACCOUNT_LOCKED, "an account that is not locked"),
    2: (LineEnding.PASSWORD_TO_CHANGE, "a password that need not be changed at the next sign-in"),
}
# Active Directory says it in words of its own: `AcceptSecurityContext error, data 775` (Microsoft's error codes).
_DATA = re.compile(r"\bdata ([0-9a-f]{3,4})\b")
_ACTIVE_DIRECTORY = {
    "525": (Ending.WRONG_NAME, "an account of that name"),
    "530": (LineEnding.METHOD_REFUSED, "an account that may sign in at this hour"),
    "531": (LineEnding.METHOD_REFUSED, "an account that may sign in from here"),
    "532": _POLICY[0],
    "533": (LineEnding.ACCOUNT_DISABLED, "an account that is not disabled"),
    "701": (LineEnding.ACCOUNT_DISABLED, "an account that has not expired"),
    "773": _POLICY[2],
    "775": _POLICY[1],
}
# RFC 4511 appendix A; a code that is not here ends as `ldap-` and itself.
_RESULTS: dict[int, tuple[str, str]] = {
    7: (LineEnding.METHOD_REFUSED, "a simple bind is allowed"),
    8: (LineEnding.ENCRYPTION_REQUIRED, "a bind over this connection is allowed: the directory wants a stronger one"),
    13: (LineEnding.ENCRYPTION_REQUIRED, "a bind over this connection is allowed: the directory wants TLS"),
    48: (LineEnding.METHOD_REFUSED, "the account may bind by password"),
    49: (Ending.WRONG_PASSWORD, _EXPECTED_BIND),
    51: (LineEnding.DIRECTORY_BUSY, "a directory that takes the bind"),
    52: (LineEnding.DIRECTORY_UNAVAILABLE, "a directory that takes the bind"),
    53: (LineEnding.METHOD_REFUSED, "a directory that is willing to bind the account"),
}


class Phase(StrEnum):
    """Where the bind stands; also the names of the steps."""

    CONNECTING = "connect"
    STARTING_TLS = "start-tls"
    SECURING = "tls"
    ASKING_ROOT = "root"
    BINDING = "bind"
    ASKING_WHO = "who-am-i"
    LEAVING = "leave"


def ldap_journey(plan: ProbePlan) -> LdapBind:
    """Bind at the first address."""
    return LdapBind(plan)


@dataclass(slots=True)
class LdapBind:
    """The machine: connect, StartTLS where it is asked for, look at the root, bind, ask who one is, leave."""

    plan: ProbePlan
    phase: Phase = Phase.CONNECTING
    sent: int = 0

    def start(self) -> Word | Done:
        """Connect; a bind without a password would succeed everywhere and prove nothing (RFC 4513 section 5.1.2)."""
        if not all(self.plan.account):
            return Done(LineEnding.NOBODY, "an account with a name and a password")
        at = host_and_port(self.plan.start_url, PORTS)
        if at is None:
            return Done(Ending.HOST_NOT_NAMED, f"an address with a host and a port: {' or '.join(PORTS)}")
        return Connect(Phase.CONNECTING, *at, tls=urlsplit(self.plan.start_url).scheme == "ldaps")

    def receive(self, heard: Heard) -> Word | Done:
        """What the server said decides; bytes that are no LDAP end the journey."""
        if self.phase is Phase.CONNECTING:
            return self._start_tls() if self.plan.means.starttls else self._ask_root()
        if self.phase is Phase.SECURING:
            return self._ask_root()
        if self.phase is Phase.LEAVING:
            return Done(Ending.OK, _EXPECTED_BIND)
        try:
            answered = responses(heard.data)
        except Malformed:
            return Done(LineEnding.NOT_THE_PROTOCOL, _UNIVERSAL)
        return self._judge(answered[-1]) if answered else Done(LineEnding.CUT_OFF, _UNIVERSAL)

    def _judge(self, response: Response) -> Word | Done:
        if self.phase is Phase.STARTING_TLS:
            return self._secure(response)
        if self.phase is Phase.ASKING_ROOT:
            return self._bind(response)
        if self.phase is Phase.BINDING:
            return self._bound(response)
        return self._named(response)

    def _start_tls(self) -> Word:
        return self._say(Phase.STARTING_TLS, "StartTLS", lambda number: extended_request(number, START_TLS))

    def _secure(self, response: Response) -> Word | Done:
        if response.kind != ANSWERED_EXTENDED or response.code != 0:
            return Done(LineEnding.START_TLS_REFUSED, "the directory offers StartTLS")
        self.phase = Phase.SECURING
        return Secure(Phase.SECURING)

    def _ask_root(self) -> Word:
        return self._say(Phase.ASKING_ROOT, "Search", root_request)

    def _bind(self, response: Response) -> Word | Done:
        # A directory may keep its root from strangers: any result of a search is an answer of LDAP.
        if response.kind != ANSWERED_SEARCH and response.code in (None, 0, 52):
            return Done(LineEnding.DIRECTORY_UNAVAILABLE, "the directory answers a search of its root")
        name, password = self.plan.account
        return self._say(Phase.BINDING, "Bind", lambda number: bind_request(number, name, password))

    def _bound(self, response: Response) -> Word | Done:
        if response.kind != ANSWERED_BIND:
            return Done(LineEnding.DIRECTORY_UNAVAILABLE, _EXPECTED_BIND)
        if response.code != 0 or response.policy_error in _POLICY:
            return _refused(response)
        return self._say(Phase.ASKING_WHO, "Who am I?", lambda number: extended_request(number, WHO_AM_I))

    def _named(self, response: Response) -> Word | Done:
        # RFC 4532 is optional: a directory that does not know it has bound us all the same.
        if response.code == 0 and not response.value:
            return Done(LineEnding.NOBODY, "bound as the account, not as nobody")
        return self._say(Phase.LEAVING, "Unbind", unbind_request)

    def _say(self, phase: Phase, verb: str, message: Callable[[int], bytes]) -> Word:
        self.phase, self.sent = phase, self.sent + 1
        silent = phase is Phase.LEAVING
        return Say(phase, verb, message(self.sent), (lambda _: True) if silent else is_answered)


def _refused(response: Response) -> Done:
    """Why a bind was refused, as closely as the directory tells."""
    if response.policy_error in _POLICY:
        return Done(*_POLICY[response.policy_error])
    data = _DATA.search(response.said) if response.code == 49 else None
    if data is not None and data[1] in _ACTIVE_DIRECTORY:
        return Done(*_ACTIVE_DIRECTORY[data[1]])
    return Done(*_RESULTS.get(response.code or 0, (f"ldap-{response.code}", _EXPECTED_BIND)))
