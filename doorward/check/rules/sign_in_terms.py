"""The terms of a sign-in: how many mistakes are forgiven, whose address is believed, what checking a password costs."""

from __future__ import annotations

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity

_OWASP = "https://cheatsheetseries.owasp.org/cheatsheets/"
_MISTAKES = 3
"""A person who mistypes tries the same again before they doubt it (KC-R17)."""
_DEARER = 4.0
"""A sign-in page that held a morning's crowd holds a quarter of it."""


@rule(
    "SC-04",
    severity=Severity.PARTIAL,
    effect=effect("people who mistype", "from their next mistake on", "are locked out with the right password"),
    catalogue=("KC-R17",),
    sources=(_OWASP + "Authentication_Cheat_Sheet.html#account-lockout",),
)
def locked_after_a_typo(new: Configuration) -> Hits:
    """Accounts lock after one, two or three mistakes.

    Why: people mistype, and a phone with an old password tries again by itself. Whoever knows a name can lock it on
    purpose.

    Fix: allow five mistakes or more, and lock for minutes.
    """
    flow = new.flow("lockout")
    mistakes = int(flow.values[0]) if flow and flow.values and flow.values[0].isdigit() else 0
    if flow and 0 < mistakes <= _MISTAKES:
        severity = Severity.PARTIAL if mistakes < _MISTAKES else Severity.NOTE
        word = "mistake" if mistakes == 1 else "mistakes"
        yield Hit(flow.where, f"an account locks after {mistakes} {word}", severity=severity)


@rule(
    "SC-05",
    severity=Severity.PARTIAL,
    effect=effect(
        "everyone signed in, if people come through a proxy",
        "from the next request on",
        "is sent back to the sign-in form",
    ),
    catalogue=(),
    sources=("https://www.rfc-editor.org/rfc/rfc7239#section-8.1",),
)
def no_proxy_believed(old: Configuration, new: Configuration) -> Hits:
    """No proxy's word for where people come from is believed any more.

    Why: everybody now seems to come from the proxy. Sessions that are bound to a network do not fit it, one person's
    mistakes count for all, and an attack cannot be told from the crowd.

    Fix: name the proxies; without any, nothing is hurt.
    """
    before, after = old.flow("trusted-proxies"), new.flow("trusted-proxies")
    if before and after and before.values and after.values == ():
        change = Difference(after.where.pointer, ", ".join(before.values), "none")
        yield Hit(after.where, "no proxy is believed any more: everybody seems to come from it", change)


@rule(
    "SC-06",
    severity=Severity.PARTIAL,
    effect=effect("everyone who signs in at a busy time", "from the next sign-in on", "waits, or gets no answer"),
    catalogue=(),
    sources=(_OWASP + "Password_Storage_Cheat_Sheet.html#argon2id",),
)
def dearer(old: Configuration, new: Configuration) -> Hits:
    """Checking a password costs several times as much as before.

    Why: memory and passes multiply, and each sign-in pays them. What a quiet afternoon does not notice takes the
    service down when everybody comes at once.

    Fix: measure one hash on the real host, and multiply by the sign-ins of the busiest minute.
    """
    before, after = old.flow("hash-cost"), new.flow("hash-cost")
    if not (before and after and before.values and after.values):
        return
    times = float(after.values[0]) / max(1.0, float(before.values[0]))
    if times >= _DEARER:
        change = Difference(after.where.pointer, before.values[0], after.values[0])
        yield Hit(after.where, f"a sign-in takes {times:.0f} times the work (memory in KiB times passes)", change)


RULES = (locked_after_a_typo, no_proxy_believed, dearer)
