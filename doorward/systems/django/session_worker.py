"""Run by the project's own interpreter: lists and ends its stored sessions; a session's key never leaves this process.

In: one JSON request on standard input. Out: one JSON answer on what was standard output: `rows`, `gone`, `lacks` (what
the engine cannot do) or `failure` (an error's class; never its message, which may hold a secret). Needs nothing but the
standard library and the project's Django; runs on any Python that this Django runs on.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
import logging
import os
import re
import sys
from typing import Any, Callable, Iterable, Iterator  # noqa: UP035 — older interpreters read this file too

# Rows a query: below SQLite's old limit of 999 variables.
CHUNK = 500
HASH_LENGTH = 16
_HASH = re.compile("[0-9a-f]{16}")


class Lacks(Exception):
    """The engine cannot do what was asked."""


class Keeper:
    """The project's sessions under the settings in force."""

    def __init__(self, hash_key: bytes) -> None:
        self.hash_key = hash_key
        from django.conf import settings  # noqa: PLC0415 — the project's Django, which may be missing

        self.settings = settings
        self.store_class = importlib.import_module(settings.SESSION_ENGINE).SessionStore
        self.refuse_unlistable()
        self.model = self.store_class.get_model_class()
        self.decode = self.decoder()

    def hashed(self, kind: str, value: str) -> str:
        """As the guarded system's own log names sessions and people."""
        mark = hmac.new(self.hash_key, (kind + ":" + value).encode(), hashlib.sha256)
        return mark.hexdigest()[:HASH_LENGTH]

    def refuse_unlistable(self) -> None:
        """Only the engines that keep rows in the database can say which sessions there are."""
        from django.contrib.sessions.backends import cache, file, signed_cookies  # noqa: PLC0415
        from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

        if issubclass(self.store_class, SessionStore):
            return
        for module, why in (
            (cache, "the cache engine keeps no list of its sessions"),
            (signed_cookies, "the sessions are in people's cookies, not on the server"),
            (file, "listing the file engine's sessions is not supported"),
        ):
            if issubclass(self.store_class, module.SessionStore):
                raise Lacks(why)
        raise Lacks("the session engine is not one that keeps rows in the database")

    def refuse_caches_of_others(self) -> None:
        """A cache in each worker's own memory cannot be cleared from here, and goes on honouring what is deleted."""
        from django.contrib.sessions.backends import cached_db  # noqa: PLC0415
        from django.core.cache import caches  # noqa: PLC0415
        from django.core.cache.backends.locmem import LocMemCache  # noqa: PLC0415

        if not issubclass(self.store_class, cached_db.SessionStore):
            return
        if isinstance(caches[self.settings.SESSION_CACHE_ALIAS], LocMemCache):
            raise Lacks("each worker caches sessions in its own memory: only a restart clears those")

    def decoder(self) -> Callable[[str], dict[str, Any]] | None:
        """What turns stored data into a session, None where the serializer in force cannot be had: nothing loads."""
        try:
            decode: Callable[[str], dict[str, Any]] = self.store_class().decode
        except (ImportError, AttributeError, TypeError):
            return None
        return decode

    def rows(self) -> list[list[Any]]:
        """[session, loads, person, reason, backend] of every stored session."""
        listed: list[list[Any]] = []
        fields = ("session_key", "session_data", "expire_date")
        every = self.model.objects.order_by("pk").values_list(*fields)
        for chunk in chunks(every.iterator(chunk_size=CHUNK)):
            judged = [(key, *self.judged(data, ends_at)) for key, data, ends_at in chunk]
            people = self.people({account_of(content) for *_, content in judged} - {""})
            for key, loads, reason, content in judged:
                person = people.get(account_of(content)) or person_of(content)
                listed.append([self.hashed("session", key), loads, person, reason, backend_of(content)])
        return listed

    def judged(self, data: str, ends_at: Any) -> tuple[bool, str, dict[str, Any]]:
        """Whether it loads, why, and its content, empty where it does not decode."""
        from django.utils import timezone  # noqa: PLC0415

        content = self.decode(data) if self.decode else {}
        if ends_at <= timezone.now():
            return False, "expired", content
        if not content:
            is_empty = self.decode is not None and data.partition(":")[0] == self.empty()
            return (True, "empty", {}) if is_empty else (False, "unreadable", {})
        if account_of(content) and content.get("_auth_user_backend") not in self.settings.AUTHENTICATION_BACKENDS:
            return False, "backend-gone", content
        return True, "ok", content

    def empty(self) -> str:
        """What an empty session is stored as, without time and signature: `decode` gives {} for the unreadable too."""
        return str(self.store_class().encode({})).partition(":")[0]

    def people(self, accounts: Iterable[str]) -> dict[str, str]:
        """Keyed hash of the user name by primary key, for those accounts that exist; empty if there are no accounts."""
        from django.apps import apps  # noqa: PLC0415
        from django.core.exceptions import ValidationError  # noqa: PLC0415

        if not accounts or not apps.is_installed("django.contrib.auth"):
            return {}
        model = apps.get_model(self.settings.AUTH_USER_MODEL)
        wanted = {}
        for account in accounts:
            try:
                wanted[account] = model._meta.pk.to_python(account)
            except ValidationError:
                continue
        found = model._default_manager.filter(pk__in=wanted.values()).values_list("pk", model.USERNAME_FIELD)
        names = {pk: self.hashed("person", str(name).strip().casefold()) for pk, name in found}
        return {account: names[pk] for account, pk in wanted.items() if pk in names}

    def end(self, keys: list[str]) -> Iterator[str]:
        """Each key once its session has ended: in one go where the engine keeps just rows, else through the engine."""
        from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

        if self.store_class.delete is SessionStore.delete:
            self.model.objects.filter(pk__in=keys).delete()
            yield from keys
            return
        for key in keys:
            self.store_class(key).delete(key)
            yield key

    def clear(self, sessions: Iterable[str]) -> dict[str, Any]:
        """End those sessions through the engine, which clears its cache too; `failure` is what stopped it."""
        self.refuse_caches_of_others()
        wanted = frozenset(sessions)
        every = self.model.objects.order_by("pk").values_list("pk", flat=True)
        keys = {
            key: mark for key in every.iterator(chunk_size=CHUNK) if (mark := self.hashed("session", key)) in wanted
        }
        failure = None
        ended: list[str] = []
        try:
            # A store that cannot be made means settings that are still wrong: then nothing is ended by mistake.
            self.store_class()
            for chunk in chunks(iter(keys)):
                for key in self.end(chunk):
                    ended.append(key)
        except Exception as error:  # noqa: BLE001 — a database or a cache of other people: it may raise anything
            failure = type(error).__name__
        left: set[str] = set()
        for chunk in chunks(iter(ended)):
            left.update(self.model.objects.filter(pk__in=chunk).values_list("pk", flat=True))
        return {"gone": sorted(keys[key] for key in ended if key not in left), "failure": failure}


def account_of(content: Any) -> str:
    """The account's primary key as Django's sign-in stored it, empty if nobody is signed in by it."""
    return str(content.get("_auth_user_id") or "") if isinstance(content, dict) else ""


def backend_of(content: Any) -> str | None:
    """The backend that signed the person in, as Django's sign-in stored it."""
    backend = content.get("_auth_user_backend") if account_of(content) else None
    return str(backend) if backend else None


def person_of(content: Any) -> str | None:
    """The keyed hash of the user name that a service with a sign-in of its own may keep in the session."""
    person = content.get("person") if isinstance(content, dict) else None
    return person if isinstance(person, str) and _HASH.fullmatch(person) else None


def chunks(items: Iterator[Any]) -> Iterator[list[Any]]:
    """The items in lists of CHUNK."""
    held: list[Any] = []
    for item in items:
        held.append(item)
        if len(held) == CHUNK:
            yield held
            held = []
    if held:
        yield held


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Loads the project and does what is asked."""
    try:
        import django  # noqa: PLC0415 — the project's

        django.setup()
        keeper = Keeper(bytes.fromhex(request["hash_key"]))
        if request["command"] == "clear":
            return keeper.clear(request["sessions"])
        return {"rows": keeper.rows()}
    except Lacks as error:
        return {"lacks": str(error)}
    except BaseException as error:  # noqa: BLE001 — the code of other people: it may raise anything, exit included
        return {"failure": type(error).__name__}


def main() -> None:
    """One request, one answer; then the process ends at once, whatever threads the project may have started."""
    answer_to = os.dup(1)
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    sys.dont_write_bytecode = True
    sys.path[0] = request["project"]
    logging.disable(logging.CRITICAL)
    os.environ["DJANGO_SETTINGS_MODULE"] = request["module"]
    with os.fdopen(answer_to, "w", encoding="utf-8") as stream:
        json.dump(answer(request), stream)
    os._exit(0)


if __name__ == "__main__":
    main()
