"""OpenSSH: do clients and server still have algorithms in common, and is every line heeded?"""

from __future__ import annotations

from collections.abc import Iterator

from doorward.check.rule import Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.fact import Flow
from doorward.model.finding import Difference, Severity, What
from doorward.systems.sshd.scope import Scope, pairs, scopes, touches

_MANUAL = "https://man.openbsd.org/sshd_config#"
_ALGORITHMS = ("Ciphers", "MACs", "KexAlgorithms", "HostKeyAlgorithms", "PubkeyAcceptedAlgorithms")
_KEY_NAMES = {"ed25519": "ed25519", "rsa": "rsa", "ecdsa": "ecdsa", "dsa": "ssh-dss"}


@rule(
    "SSH-12",
    severity=Severity.PARTIAL,
    effect=effect(
        "people with older programs or keys",
        "from the next sign-in on",
        "are refused before any question",
        What.NEW_SIGN_IN,
    ),
    catalogue=("SH-06",),
    sources=(_MANUAL + "KexAlgorithms", _MANUAL + "PubkeyAcceptedAlgorithms"),
)
def algorithms_narrowed(old: Configuration, new: Configuration) -> Hits:
    """Algorithms are taken out.

    Why: a program that knows only those finds nothing in common with the server, and a key of a kind that is not
    accepted is as good as none. Machines that nobody updates are the first to fail.

    Fix: look in the log at which algorithms are in use before taking one out.
    """
    for before, after in pairs(old, new):
        for keyword in _ALGORITHMS:
            was, now = _listed(before, keyword), _listed(after, keyword)
            if was is None or now is None or not touches(before, after, keyword):
                continue
            gone = [name for name in was if name not in now]
            if gone:
                where = after.where(keyword)
                change = Difference(where.pointer, ",".join(was), ",".join(now))
                yield Hit(where, f"{keyword} lacks {', '.join(gone)} from now on", change)


def _listed(scope: Scope, keyword: str) -> tuple[str, ...] | None:
    """The algorithms of a list that is written out; None for one that adds to the defaults or takes from them."""
    words = scope.words(keyword)
    if not words or words[0][0] in "+-^":
        return None
    return tuple(words[0].split(","))


@rule(
    "SSH-13",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at the next start", "finds no host key in common with the server", What.NEW_SIGN_IN),
    catalogue=("SH-06",),
    sources=(_MANUAL + "HostKeyAlgorithms", _MANUAL + "HostKey"),
)
def host_keys_not_offered(new: Configuration) -> Hits:
    """No host key is of a kind that may be used.

    Why: HostKeyAlgorithms leaves out the kind of every host key that the file names, so that no connection comes
    about.

    Fix: add the kind of the keys to HostKeyAlgorithms, or a key of an allowed kind.
    """
    for scope in scopes(new)[:1]:
        algorithms, keys = _listed(scope, "HostKeyAlgorithms"), scope.words("HostKey")
        kinds = [_kind(key) for key in keys or ()]
        if not algorithms or not kinds or None in kinds or scope.is_open:
            continue
        if not any(_serves(str(kind), name) for kind in kinds for name in algorithms):
            where = scope.where("HostKeyAlgorithms")
            yield Hit(where, f"no host key fits {', '.join(algorithms)}")


def _kind(key: str) -> str | None:
    """The kind of a host key by the name that its file usually has, None if it says nothing."""
    name = key.rpartition("/")[2].removesuffix("_key").removesuffix(".key")
    word = name.rpartition("_")[2]
    return word if word in _KEY_NAMES else None


def _serves(kind: str, algorithm: str) -> bool:
    if "cert-v01" in algorithm or "*" in algorithm:
        return True
    if kind == "rsa":
        return algorithm in ("ssh-rsa", "rsa-sha2-256", "rsa-sha2-512")
    return _KEY_NAMES[kind] in algorithm and not (kind == "dsa" and "ecdsa" in algorithm)


@rule(
    "SSH-14",
    severity=Severity.NOTE,
    effect=effect("nobody by itself", "at once", "the line has no effect"),
    catalogue=("SH-08",),
    sources=("https://www.openssh.com/releasenotes.html", "measured: sshd -t 9.2"),
)
def without_effect(new: Configuration) -> Hits:
    """A keyword has no effect any more.

    Why: sshd takes it and heeds it not, so that what it was meant to allow or forbid is not so.

    Fix: take the line out.
    """
    for flow in _named(new, "sshd-without-effect"):
        yield Hit(flow.where, f"{(flow.values or ('',))[0]} is taken and not heeded")


@rule(
    "SSH-15",
    severity=Severity.NOTE,
    effect=effect("nobody by itself", "at once", "the line has no effect"),
    catalogue=(),
    sources=("https://man.openbsd.org/sshd_config",),
)
def said_too_late(new: Configuration) -> Hits:
    """A keyword is set twice, and the first counts.

    Why: of most keywords sshd takes the first value that it meets, so that a line added at the end changes nothing,
    and whoever wrote it believes that it does.

    Fix: change the first line and take the second out.
    """
    for flow in _named(new, "sshd-too-late"):
        keyword, line = flow.values or ("", "")
        yield Hit(flow.where, f"{keyword} is set in line {line} already, and that counts")


def _named(new: Configuration, name: str) -> Iterator[Flow]:
    return (flow for flow in new.facts_of(Flow) if flow.name == name)


RULES = (algorithms_narrowed, host_keys_not_offered, without_effect, said_too_late)
