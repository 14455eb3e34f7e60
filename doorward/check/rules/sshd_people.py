"""OpenSSH: who is let in, after how many mistakes, and in what time?"""

from __future__ import annotations

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What
from doorward.systems.sshd.scope import Scope, allowed, pairs, scopes, seconds, touches

_MANUAL = "https://man.openbsd.org/sshd_config#"
_LISTS = ("AllowUsers", "AllowGroups", "DenyUsers", "DenyGroups")
_TIME_TO_TYPE_S = 20
"""Below this, people who type a password or fetch a code are cut off; sshd's own default is 120 s."""
_TIME_TO_CONNECT_S = 10
"""A key exchange over a slow mobile line takes seconds."""
_MANY_KEYS = 3
"""An agent offers its keys one by one, and each is a try; three keys (work, home, repository) are usual."""
_BURST = 5
"""Connections that one automatic deployment or file copy opens at once."""


@rule(
    "SSH-07",
    severity=Severity.PARTIAL,
    effect=effect("people who are not let in any more", "from the next sign-in on", "are refused", What.NEW_SIGN_IN),
    catalogue=("SH-03",),
    sources=(_MANUAL + "AllowUsers", _MANUAL + "AllowGroups"),
)
def lists_tightened(old: Configuration, new: Configuration) -> Hits:
    """Fewer people are let in.

    Why: whoever is not on a list of those allowed, or is on one of those denied, is refused with the right password
    or key, and told nothing else. One list, new, shuts out all that it does not name.

    Fix: see that each person and each machine that signs in is on the list.
    """
    for before, after in pairs(old, new):
        for keyword in _LISTS:
            if touches(before, after, keyword):
                yield from _tightened(before, after, keyword)


def _tightened(before: Scope, after: Scope, keyword: str) -> Hits:
    if (before.is_open and keyword not in before.flows) or (after.is_open and keyword not in after.flows):
        return
    was, now = _listed(before, keyword), _listed(after, keyword)
    if was is None or now is None or was == now:
        return
    denies = keyword.startswith("Deny")
    out = [name for name in (now if denies else was) if name not in (was if denies else now)]
    if not denies and not now:
        return
    where = after.where(keyword)
    change = Difference(where.pointer, " ".join(was) or None, " ".join(now) or None)
    if not was and not denies:
        yield Hit(where, f"{keyword} is new: whoever is not among its {len(now)} is refused", change)
    elif out:
        said = "refuses now" if denies else "does not name any more"
        yield Hit(where, f"{keyword} {said}: {', '.join(out)}", change)


def _listed(scope: Scope, keyword: str) -> tuple[str, ...] | None:
    """The names; () where there is no list, None where a template fills it in."""
    flow = scope.flows.get(keyword)
    return flow.values if flow else ()


@rule(
    "SSH-08",
    severity=Severity.PARTIAL,
    effect=effect("the people of that list", "from the next sign-in on", "are refused", What.NEW_SIGN_IN),
    catalogue=("SH-03",),
    sources=(_MANUAL + "AllowUsers", _MANUAL + "PATTERNS"),
)
def joined_by_commas(new: Configuration) -> Hits:
    """Names in a list of people or groups are joined by commas.

    Why: these lists are split at spaces. `ann,bob` is one name, which nobody has: neither is let in.

    Fix: put a space in place of each comma.
    """
    for scope in scopes(new):
        for keyword in ("AllowUsers", "AllowGroups"):
            flow = scope.flows.get(keyword)
            if flow and flow.broken and flow.values and (not scope.block or scope.says(keyword)):
                is_all = flow.broken[0] == str(len(flow.values)) and scope.is_everyone
                severity = Severity.OUTAGE if is_all else None
                message = f"{flow.broken[0]} of {len(flow.values)} entries of {keyword} hold a comma: they name nobody"
                yield Hit(flow.where, message, severity=severity)


@rule(
    "SSH-09",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose agent holds several keys, and people who mistype once",
        "from the next sign-in on",
        "are cut off: too many authentication failures",
        What.NEW_SIGN_IN,
    ),
    catalogue=("SH-04",),
    sources=(_MANUAL + "MaxAuthTries", "https://unix.stackexchange.com/questions/418582"),
)
def few_tries(new: Configuration) -> Hits:
    """Few tries are allowed in one connection.

    Why: each key that an agent offers is a try, whether or not it is the right one, and so is each mistyped password.
    With 1, only the first key counts; with 0 nobody gets as far as that.

    Fix: leave MaxAuthTries at 6; guessing is slowed by other means.
    """
    for scope in scopes(new):
        word = scope.word("MaxAuthTries")
        if word is None or not word.isdigit() or int(word) >= _MANY_KEYS or not scope.says("MaxAuthTries"):
            continue
        if scope.block and scope.where("MaxAuthTries").pointer == "MaxAuthTries":
            continue
        severity = {0: Severity.OUTAGE, 1: Severity.PARTIAL}.get(int(word), Severity.LATENT)
        yield Hit(scope.where("MaxAuthTries"), f"a connection ends after {word} failed tries", severity=severity)


@rule(
    "SSH-10",
    severity=Severity.PARTIAL,
    effect=effect("people who type a password or a code", "while they type", "are disconnected", What.NEW_SIGN_IN),
    catalogue=("SH-07",),
    sources=(_MANUAL + "LoginGraceTime",),
)
def little_time(new: Configuration) -> Hits:
    """People have little time to sign in.

    Why: the connection ends when sign-in is not done in LoginGraceTime, which is counted from the first packet on:
    slow lines, typing and fetching a code are all in it.

    Fix: give 60 s or more; 120 s is the default.
    """
    for scope in scopes(new)[:1]:
        given = seconds(scope.word("LoginGraceTime"))
        if not given:
            continue
        types = any(allowed(each, way) for each in scopes(new) for way in ("password", "keyboard-interactive"))
        where = scope.where("LoginGraceTime")
        if types and given < _TIME_TO_TYPE_S:
            yield Hit(where, f"a sign-in must be done within {given} s")
        elif given < _TIME_TO_CONNECT_S:
            slow = effect("people on slow lines", "when they connect", "are disconnected", What.NEW_SIGN_IN)
            yield Hit(where, f"a sign-in must be done within {given} s", severity=Severity.NOTE, effect=slow)


@rule(
    "SSH-11",
    severity=Severity.LATENT,
    effect=effect(
        "people and machines that connect at the same moment",
        "under load",
        "are refused at random before any question",
        What.NEW_SIGN_IN,
    ),
    catalogue=("SH-07",),
    sources=(_MANUAL + "MaxStartups",),
)
def few_at_once(new: Configuration) -> Hits:
    """Few may be signing in at the same moment.

    Why: above MaxStartups connections that have not signed in yet, sshd drops new ones. A few scanners fill the places,
    and then people are dropped.

    Fix: leave it at `10:30:100`, or higher where many connect at once.
    """
    for scope in scopes(new)[:1]:
        begin = (scope.word("MaxStartups") or "").partition(":")[0]
        if begin.isdigit() and int(begin) < _BURST:
            where = scope.where("MaxStartups")
            yield Hit(where, f"connections are dropped once {begin} others are signing in")


RULES = (lists_tightened, joined_by_commas, few_tries, little_time, few_at_once)
