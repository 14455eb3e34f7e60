"""Unchanged: is everything that people put in place as it was, and does the log tell of what it never told? Pure.

Code, settings and keys that are those of before do not learn new exceptions: then what they work on is another, be it
the rows of a database or the values in a session store.
"""

from __future__ import annotations

import re
from datetime import datetime

from doorward.diagnose.examinations.fetch import place
from doorward.diagnose.examined import CodeExamined, ConnectionExamined, IssuerExamined, KeysExamined
from doorward.diagnose.examined_process import SurroundingsExamined
from doorward.diagnose.nodes import apart
from doorward.diagnose.observations import Observations
from doorward.diagnose.timing import CLOSE, FAR
from doorward.model.sign_in import Reason

LEAST_EXCEPTIONS = 3
# Raised by what lies outside of a program and its data: sockets, disks, memory. Other examinations speak for these.
OUTSIDE = frozenset(
    {
        *("OSError", "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError"),
        *("TimeoutError", "ConnectTimeout", "ReadTimeout", "ConnectError", "ReadError", "RemoteProtocolError"),
        *("gaierror", "URLError", "HTTPError", "SSLError", "PermissionError", "FileNotFoundError", "MemoryError"),
    }
)
# Names of exceptions about what a provider of identities answers.
OF_PROVIDERS = re.compile(
    r"provider|o(pen)?id|oauth|oidc|saml|federat|upstream|userinfo|token|jw[kst]|httpstatus", re.I
)
# Reasons that the log tells itself, and that other causes are judged by.
TOLD = (Reason.PROVIDER_ERROR, Reason.TOKEN_REFUSED, Reason.STATE_MISMATCH, Reason.CSRF, Reason.ACCESS_DENIED)


def is_unchanged(observations: Observations) -> bool:
    """Whether it is known that no code, setting, key or environment changed in the day before the onset."""
    suspects, code, keys = observations.suspects, observations.of(CodeExamined), observations.of(KeysExamined)
    if suspects is None or not code or not keys or observations.onset is None:
        return False
    if any(suspect.alters and suspect.at > observations.onset - FAR for suspect in suspects):
        return False
    if surroundings_changed(observations) or apart(observations.nodes):
        return False
    return all(observations.earlier(CodeExamined, one.component) == one for one in code) and all(
        _same_keys(observations, one, observations.onset - CLOSE) for one in (*keys, *observations.keys)
    )


def surroundings_changed(observations: Observations) -> tuple[tuple[SurroundingsExamined, tuple[str, ...]], ...]:
    """The components that were started anew with another environment than while all was well, and the variables."""
    found = observations.of(SurroundingsExamined)
    changed = ((one, one.changed(observations.earlier(SurroundingsExamined, one.component))) for one in found)
    return tuple((one, names) for one, names in changed if names)


def _same_keys(observations: Observations, now: KeysExamined, since: datetime) -> bool:
    """Whether they hold what they did, and none was written of late: between two looks it may have held another."""
    before = observations.earlier(KeysExamined, now.component)
    if before is None or [(f.name, f.digest) for f in before.files] != [(f.name, f.digest) for f in now.files]:
        return False
    pairs = zip(before.files, now.files, strict=True)
    return not any(f.changed_at != was.changed_at and f.changed_at and f.changed_at > since for was, f in pairs)


def new_exceptions(observations: Observations, but: tuple[str, ...] = ()) -> str:
    """The exceptions that were never seen while all was well, such as `74 × InvalidHashError`; '' if there are few.
    Left out are those of `but`, and those that what lies outside of the program and its data raises."""
    during = observations.during
    if during is None or any(count.reason in TOLD for count in during.counts):
        # A sign-in that is refused for a reason of its own brings exceptions by any name.
        return ""
    new = [(name, n) for name, n in never_seen(observations) if name not in OUTSIDE | set(but)]
    if sum(n for _, n in new) < LEAST_EXCEPTIONS:
        return ""
    return ", ".join(f"{n} × {name}" for name, n in new)


def has_others(observations: Observations) -> bool:
    """Whether people sign in by a provider that others keep."""
    own = {connection.address for connection in observations.of(ConnectionExamined)}
    return any(place(issuer.issuer) not in own for issuer in observations.of(IssuerExamined))


def never_seen(observations: Observations) -> tuple[tuple[str, int], ...]:
    """The exceptions since the onset that the usual stretch had none of, and how many; none where either is unknown."""
    usual, during = observations.usual, observations.during
    if usual is None or during is None:
        return ()
    known = {name for name, _ in usual.exceptions}
    return tuple((name, n) for name, n in during.exceptions if name not in known)
