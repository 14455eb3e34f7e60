"""Two documents of Keycloak in; what of a section was and is, out. A key that only one of them speaks of is no change:
a file may hold a part of a realm. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from doorward.model.finding import Difference
from doorward.systems.keycloak.document import Section

USER_STORES = "components.org.keycloak.storage.UserStorageProvider"


def changed(before: Section, after: Section, key: str, default: str | None = None) -> Difference | None:
    """The texts there if both are known and differ; `default` stands for a key that is missing on one side."""
    was, now = before.text(key, default), after.text(key, default)
    if was is None or now is None or was == now or not after.speaks_of(key):
        return None
    return Difference(after.where(key).pointer, was, now)


def shortened(before: Section, after: Section, key: str) -> tuple[int, int] | None:
    """The numbers there if the new one is smaller and neither is 0, which mostly stands for `as elsewhere`."""
    was, now = before.number(key), after.number(key)
    return (was, now) if was and now and 0 < now < was else None


def switched(before: Section, after: Section, key: str, to: bool, default: bool | None = None) -> Difference | None:
    """The step if the switch was the other way and is `to` now."""
    if before.truth(key, default) is (not to) and after.truth(key, default) is to:
        return Difference(after.where(key).pointer, str(not to).lower(), str(to).lower())
    return None


def pairs_of(before: Section, after: Section, key: str, name: str) -> Iterator[tuple[Section, Section]]:
    """Members of a list that both have, by name."""
    was = {member.text(name): member for member in before.items(key) or ()}
    for member in after.items(key) or ():
        if (called := member.text(name)) and called in was:
            yield was[called], member


def gone(before: Section, after: Section, key: str, name: str) -> Iterator[Section]:
    """Members that only the old one has; none where the new file has no such list at all, or one is not named."""
    members = after.items(key)
    if members is None:
        return
    names = {member.text(name) for member in members}
    if None not in names:
        yield from (member for member in before.items(key) or () if member.text(name) not in names)


def lost(before: Section, after: Section, key: str) -> tuple[str, ...]:
    """Texts of a list that are not on it any more; none where it holds placeholders or is missing."""
    was, now = before.texts(key), after.texts(key)
    if was is None or now is None or after.holds_unknown(key):
        return ()
    return tuple(item for item in was if item not in now)
