"""What sshd would do for the people of one Match block, or for all others: Flows in, answers out. Pure.

Unknown stays unknown: where an Include or a template may say more, a keyword that is not seen has no default.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from doorward.model.configuration import Configuration
from doorward.model.fact import Flow, Where

DEFAULTS = {
    "PubkeyAuthentication": ("yes",),
    "PasswordAuthentication": ("yes",),
    "KbdInteractiveAuthentication": ("yes",),
    "GSSAPIAuthentication": ("no",),
    "KerberosAuthentication": ("no",),
    "HostbasedAuthentication": ("no",),
    "AuthenticationMethods": ("any",),
    "AuthorizedKeysFile": (".ssh/authorized_keys", ".ssh/authorized_keys2"),
    "AuthorizedKeysCommand": ("none",),
    "TrustedUserCAKeys": ("none",),
    "MaxAuthTries": ("6",),
    "LoginGraceTime": ("120",),
    "MaxStartups": ("10:30:100",),
}
"""Source: sshd_config(5) of OpenSSH 9. Keywords whose default depends on the system (UsePAM) have none here."""

METHODS = {
    "publickey": "PubkeyAuthentication",
    "password": "PasswordAuthentication",
    "keyboard-interactive": "KbdInteractiveAuthentication",
    "gssapi-with-mic": "GSSAPIAuthentication",
    "hostbased": "HostbasedAuthentication",
}
"""The method as AuthenticationMethods names it, and the keyword that allows it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The keywords of one Match block over those before the first; `block` 0 is everyone that no block matches."""

    path: str
    block: int
    criteria: str
    flows: dict[str, Flow]
    is_open: bool

    @property
    def is_everyone(self) -> bool:
        """Whether it holds for everyone, unless another block says otherwise."""
        return self.block == 0 or self.criteria.lower() == "all"

    @property
    def who(self) -> str:
        """Whom it holds for, in words."""
        return "everyone" if self.is_everyone else f"people of `Match {self.criteria}`"

    def words(self, keyword: str) -> tuple[str, ...] | None:
        """The keyword's words or its default, lower case only in the file's own; None = unknown."""
        flow = self.flows.get(keyword)
        if flow is not None:
            return flow.values
        return None if self.is_open else DEFAULTS.get(keyword)

    def word(self, keyword: str) -> str | None:
        """The first word in lower case, None = unknown."""
        words = self.words(keyword)
        return words[0].lower() if words else None

    def says(self, *keywords: str) -> bool:
        """Whether the block itself, not what stands before all blocks, has one of the keywords."""
        prefix = f"Match[{self.block}]." if self.block else ""
        return any(
            flow.where.pointer.startswith(prefix) for word in keywords if (flow := self.flows.get(word)) is not None
        )

    def where(self, *keywords: str) -> Where:
        """The place of the first of the keywords that the file has."""
        found = next((self.flows[word].where for word in keywords if word in self.flows), None)
        return found or Where(self.path, 0, keywords[0])


def scopes(configuration: Configuration) -> tuple[Scope, ...]:
    """Everyone first, then each Match block in order; none for a configuration of another kind."""
    flows = {flow.name: flow for flow in configuration.facts_of(Flow) if flow.name.startswith("sshd:")}
    if configuration.kind != "sshd":
        return ()
    common = {name.removeprefix("sshd:"): flow for name, flow in flows.items() if "Match[" not in name}
    is_open = common.pop("open", None) is not None
    found = [Scope(configuration.target, 0, "", common, is_open)]
    for block in range(1, 1 + sum(name.endswith("]:Match") for name in flows)):
        prefix = f"sshd:Match[{block}]:"
        own = {name.removeprefix(prefix): flow for name, flow in flows.items() if name.startswith(prefix)}
        more = own.pop("open", None) is not None
        criteria = " ".join(own.pop("Match").values or ("…",))
        found.append(Scope(configuration.target, block, criteria, {**common, **own}, is_open or more))
    return tuple(found)


def pairs(old: Configuration, new: Configuration) -> tuple[tuple[Scope, Scope], ...]:
    """Scopes of the same people before and after; for a block that only one of the two has, what held for all."""
    before, after = scopes(old), scopes(new)
    if not before or not after:
        return ()
    was = {scope.criteria: scope for scope in reversed(before)}
    now = {scope.criteria for scope in after}
    kept = [(was.get(scope.criteria, before[0]), scope) for scope in after]
    gone = [scope for scope in was.values() if scope.criteria not in now]
    return (*kept, *((scope, replace(after[0], block=scope.block, criteria=scope.criteria)) for scope in gone))


def touches(before: Scope, after: Scope, keyword: str) -> bool:
    """Whether the keyword is the scope's own, before or after; what a block takes from all is told once, of all."""
    return after.block == 0 or after.says(keyword) or (before.block > 0 and before.says(keyword))


def allowed(scope: Scope, method: str) -> bool | None:
    """Whether the method, with a device behind `:` or not, is allowed; None = unknown."""
    keyword = METHODS.get(method.partition(":")[0].lower())
    word = scope.word(keyword) if keyword else None
    return None if word is None else word == "yes"


def seconds(word: str | None) -> int | None:
    """A time as sshd writes it (`90`, `2m`, `1h30m`) in seconds; None for what is none."""
    if word is None:
        return None
    if word == "none":
        return 0
    total, number = 0, ""
    for sign in word.lower():
        if sign.isdigit():
            number += sign
        elif number and sign in "smhdw":
            total, number = total + int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[sign], ""
        else:
            return None
    return total + int(number or 0)
