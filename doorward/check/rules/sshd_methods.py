"""OpenSSH: by what may people sign in, and can anybody?"""

from __future__ import annotations

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Effect, Severity, What
from doorward.systems.sshd.scope import METHODS, Scope, allowed, pairs, scopes, touches

_MANUAL = "https://man.openbsd.org/sshd_config#"
_WAYS = tuple(METHODS.values())


def _who(scope: Scope, when: str, symptom: str) -> Effect:
    return effect(scope.who, when, symptom, What.NEW_SIGN_IN)


def _severity(scope: Scope) -> Severity:
    return Severity.OUTAGE if scope.is_everyone else Severity.PARTIAL


@rule(
    "SSH-01",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone", "at the next start", "finds no server, for it does not start", What.START, What.NEW_SIGN_IN
    ),
    catalogue=("SH-01",),
    sources=(_MANUAL + "AuthenticationMethods", "measured: sshd -t 9.2"),
)
def methods_cannot_be_met(new: Configuration) -> Hits:
    """AuthenticationMethods asks for a method that is switched off.

    Why: a list counts only when each of its methods is allowed. When no list is left, sshd does not start; below
    Match it starts, and refuses the people of that block.

    Fix: allow the method (`KbdInteractiveAuthentication yes`), or take it out of AuthenticationMethods.
    """
    for scope in scopes(new):
        lists = scope.words("AuthenticationMethods")
        if not lists or lists == ("any",) or (scope.block and not scope.says("AuthenticationMethods", *_WAYS)):
            continue
        lacking = [[name for name in one.split(",") if allowed(scope, name) is False] for one in lists]
        if all(lacking):
            names = ", ".join(dict.fromkeys(name for one in lacking for name in one))
            where = scope.where("AuthenticationMethods")
            inside = _who(scope, "from the next sign-in on", "is refused before any question")
            yield Hit(
                where,
                f"no list of AuthenticationMethods can be met: {names} is not allowed",
                severity=_severity(scope),
                effect=inside if scope.block else None,
            )
            if scope.is_everyone:
                return


@rule(
    "SSH-02",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "from the next sign-in on", "is refused before any question", What.NEW_SIGN_IN),
    catalogue=("SH-02",),
    sources=(_MANUAL + "PasswordAuthentication", _MANUAL + "PubkeyAuthentication"),
)
def nothing_is_allowed(new: Configuration) -> Hits:
    """No way to sign in is allowed.

    Why: passwords, keys and prompts are all switched off. Sessions that are open stay open, which hides it.

    Fix: allow keys (`PubkeyAuthentication yes`), and keep a session open while you try.
    """
    for scope in scopes(new):
        ways = [allowed(scope, method) for method in METHODS]
        if scope.says(*_WAYS) and not any(way is not False for way in ways):
            where = scope.where("PubkeyAuthentication", "PasswordAuthentication")
            yield Hit(
                where,
                f"{scope.who} can sign in by nothing",
                severity=_severity(scope),
                effect=_who(scope, "from the next sign-in on", "is refused before any question"),
            )
            if scope.is_everyone:
                return


@rule(
    "SSH-03",
    severity=Severity.PARTIAL,
    effect=effect("people who sign in that way", "from the next sign-in on", "are refused", What.NEW_SIGN_IN),
    catalogue=("SH-02", "SH-05"),
    sources=(_MANUAL + "PasswordAuthentication", _MANUAL + "KbdInteractiveAuthentication"),
)
def way_taken_away(old: Configuration, new: Configuration) -> Hits:
    """A way to sign in is switched off.

    Why: whoever has no other way, no key on the server for one, is locked out. Second factors are asked for by
    prompts (`keyboard-interactive`): without those, their people cannot answer.

    Fix: count first who has a key (`authorized_keys` of each), and tell the others.
    """
    for before, after in pairs(old, new):
        for method, keyword in METHODS.items():
            lost = allowed(before, method) is True and allowed(after, method) is False
            if lost and touches(before, after, keyword):
                where = after.where(keyword)
                change = Difference(where.pointer, before.word(keyword), after.word(keyword))
                yield Hit(where, f"{method} is not allowed any more for {after.who}", change)


@rule(
    "SSH-04",
    severity=Severity.PARTIAL,
    effect=effect("people who sign in with a key", "from the next sign-in on", "are refused", What.NEW_SIGN_IN),
    catalogue=("SH-02",),
    sources=(_MANUAL + "AuthorizedKeysFile", _MANUAL + "AuthorizedKeysCommand", _MANUAL + "TrustedUserCAKeys"),
)
def keys_elsewhere(old: Configuration, new: Configuration) -> Hits:
    """Keys are looked for in another place.

    Why: the keys are where they were, but sshd does not look there, nor asks whom it asked before.

    Fix: name the old place too, or copy the keys first.
    """
    for before, after in pairs(old, new):
        for keyword in ("AuthorizedKeysFile", "AuthorizedKeysCommand", "TrustedUserCAKeys"):
            was, now = before.words(keyword), after.words(keyword)
            if was is None or now is None or not touches(before, after, keyword):
                continue
            gone = [place for place in was if place not in now and place not in ("none", ".ssh/authorized_keys2")]
            if gone:
                where = after.where(keyword)
                change = Difference(where.pointer, " ".join(was), " ".join(now))
                yield Hit(where, f"keys are not looked for in {', '.join(gone)} any more", change)


@rule(
    "SSH-05",
    severity=Severity.PARTIAL,
    effect=effect(
        "people with a second factor", "from the next sign-in on", "get no prompt, and are refused", What.NEW_SIGN_IN
    ),
    catalogue=("SH-05",),
    sources=(_MANUAL + "UsePAM", _MANUAL + "KbdInteractiveAuthentication"),
)
def prompts_without_pam(new: Configuration) -> Hits:
    """Prompts are asked for, and nothing can ask.

    Why: on Linux it is PAM that asks by `keyboard-interactive`. With `UsePAM no` the method is there and always
    fails.

    Fix: `UsePAM yes`, or take `keyboard-interactive` out of AuthenticationMethods.
    """
    for scope in scopes(new):
        lists = scope.words("AuthenticationMethods") or ()
        asks = [one for one in lists if "keyboard-interactive" in one]
        if asks and scope.word("UsePAM") == "no" and (not scope.block or scope.says("AuthenticationMethods")):
            is_all = len(asks) == len(lists)
            yield Hit(
                scope.where("AuthenticationMethods"),
                "keyboard-interactive is asked for, and UsePAM is no",
                severity=_severity(scope) if is_all else None,
                effect=_who(scope, "from the next sign-in on", "is refused") if is_all else None,
            )


@rule(
    "SSH-06",
    severity=Severity.PARTIAL,
    effect=effect(
        "people whose password PAM checks, and people whose password is locked",
        "from the next sign-in on",
        "are refused, with the right password or key",
        What.NEW_SIGN_IN,
    ),
    catalogue=("SH-05",),
    sources=(_MANUAL + "UsePAM",),
)
def pam_left_out(old: Configuration, new: Configuration) -> Hits:
    """PAM is not asked any more.

    Why: accounts of a directory and second factors are known to PAM alone. Without it, sshd also refuses the key of
    anyone whose password is locked, as machine accounts often are.

    Fix: keep `UsePAM yes`.
    """
    for before, after in pairs(old, new)[:1]:
        if before.word("UsePAM") == "yes" and after.word("UsePAM") == "no":
            where = after.where("UsePAM")
            yield Hit(where, "PAM is not asked any more", Difference(where.pointer, "yes", "no"))


RULES = (
    methods_cannot_be_met,
    nothing_is_allowed,
    way_taken_away,
    keys_elsewhere,
    prompts_without_pam,
    pam_left_out,
)
