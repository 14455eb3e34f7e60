"""Run by the project's own interpreter: loads its settings and answers questions that need its Django.

In: one JSON request on standard input. Out: one JSON answer on what was standard output; whatever the project prints
goes to standard error. It opens no database, writes no byte code, and no secret leaves it but as a keyed digest. Needs
nothing but the standard library and the project's Django; runs on any Python that this Django runs on.
"""

from __future__ import annotations

import faulthandler
import importlib
import importlib.util
import json
import os
import re
import sys
import traceback
from functools import partial
from types import ModuleType
from typing import Any, Callable, NamedTuple, Optional  # noqa: UP035 — older interpreters read this file too

# Its neighbours, found because a script's folder comes first on the path; then out of the way of the project's names.
import parts  # type: ignore[import-not-found, unused-ignore]
import questions  # type: ignore[import-not-found, unused-ignore]
import redaction  # type: ignore[import-not-found, unused-ignore]

del sys.modules["parts"], sys.modules["questions"], sys.modules["redaction"]

_MOST_UNSET = 60
_WORD = re.compile(r"\w+")


class Answer(NamedTuple):
    """What a function gave, and what it raised."""

    value: Any
    error: Optional[BaseException]  # noqa: UP045 — read at run time, by older interpreters too


class DatabaseStaysClosed(Exception):
    """A check opens no database; what cannot be said without one stays unknown."""


def attempt(function: Callable[[], Any]) -> Answer:
    """The function's value, or what it raised."""
    try:
        return Answer(function(), None)
    except BaseException as error:  # noqa: BLE001 — the code of other people: it may raise anything, exit included
        return Answer(None, error)


class Child:
    """One request: the key for digests, and the secrets seen so far, which no message may hold."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.key = bytes.fromhex(request["key"])
        self.project = os.path.realpath(request["project"])
        self.secrets = redaction.secrets_of_environment()
        self.unset: list[str] = []
        self.asked = watched_environment()

    def answer(self) -> dict[str, Any]:
        """Loads the settings, starts Django's registry, and asks what only the project's code can tell."""
        module, error = attempt(self.module)
        while error is not None and len(self.unset) < _MOST_UNSET and self.stand_in(error):
            module, error = attempt(self.module)
        if error is not None or module is None:
            return {"failure": self.failure(error)}
        settings, error = attempt(lambda: self.configure(module))
        report: dict[str, Any] = {"file": module.__file__, "unset": self.unset, "values": {}, "chosen": []}
        if settings is not None:
            self.tell_values(report, settings, module)
        if error is None:
            _, error = attempt(self.start)
        if error is not None and not closed_database(error):
            report["failure"] = self.failure(error)
        else:
            report.update(questions.answers(settings, attempt, self.why))
            report["lacking"] = parts.Lacking(settings, attempt, self.why).ask(report["has_auth"])
        return report

    def module(self) -> ModuleType:
        """The settings module, by name or from a file that is not in the project."""
        name = str(self.request["module"])
        if not self.request["path"]:
            return importlib.import_module(name)
        spec = importlib.util.spec_from_file_location(name, self.request["path"])
        if spec is None or spec.loader is None:
            raise ImportError("not a Python file: " + self.request["path"])
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    def stand_in(self, error: BaseException) -> bool:
        """Sets a variable that the settings cannot do without to a placeholder; False if that was not the trouble."""
        name = next((name for name in words_of(error) if name in self.asked and name not in os.environ), None)
        if name is None:
            return False
        os.environ[name] = redaction.UNSET + name
        self.unset.append(name)
        return True

    def configure(self, module: ModuleType) -> Any:
        """Django's own view of the settings: its defaults and its own checks of them."""
        from django.conf import Settings, settings  # noqa: PLC0415 — the project's Django, which may be missing

        for name in dir(module):
            if name.isupper():
                self.secrets.extend(redaction.secrets_within(getattr(module, name), name))
        os.environ["DJANGO_SETTINGS_MODULE"] = module.__name__
        loaded = Settings(module.__name__)
        settings._wrapped = loaded  # as LazySettings does itself
        return loaded

    def tell_values(self, report: dict[str, Any], settings: Any, module: ModuleType) -> None:
        """Every setting by pointer, as people may see it; `chosen` are those that the project set itself."""
        chosen = {name for name in dir(module) if name.isupper()}
        for name in dir(settings):
            if name.isupper():
                value, _ = attempt(partial(getattr, settings, name))
                self.tell(report["values"], name, value)
        report["chosen"] = sorted(chosen)

    def tell(self, values: dict[str, Any], pointer: str, value: Any) -> None:
        if isinstance(value, dict) and value and pointer.count(".") < 2:
            for key, item in value.items():
                self.tell(values, pointer + "." + str(key), item)
        else:
            values[pointer] = redaction.shown(pointer, value, self.key)

    def start(self) -> None:
        """What every Django process does before it answers."""
        import django  # noqa: PLC0415 — see configure
        from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: PLC0415

        def stay_closed(_: Any) -> None:
            raise DatabaseStaysClosed

        setattr(BaseDatabaseWrapper, "connect", stay_closed)  # noqa: B010 — mypy allows no assignment to a method
        django.setup()

    def why(self, error: BaseException) -> str | None:
        """`Class: message` for people, None when the failure is only that a check opens no database."""
        if closed_database(error):
            return None
        if isinstance(error.__cause__, ImportError):  # what is lacking says more than what could not go on without it
            error = error.__cause__
        return f"{type(error).__name__}: {redaction.message_of(error, self.key, tuple(self.secrets))}"

    def failure(self, error: BaseException | None) -> dict[str, Any]:
        """The error's class, message, and the last line of the project that it went through."""
        if error is None:
            return {"kind": "ImportError", "message": "no settings", "file": "", "line": 0, "unset": self.unset}
        frames = list(traceback.walk_tb(error.__traceback__))
        for frame, _ in frames:
            for names in (frame.f_globals, frame.f_locals):
                for name, value in list(names.items()):
                    # Lazy objects raise when they are looked at; such a one holds nothing yet.
                    self.secrets.extend(attempt(partial(redaction.secrets_within, value, name)).value or ())
        own = [(f.f_code.co_filename, line) for f, line in frames if self.is_own(f.f_code.co_filename)]
        file, line = own[-1] if own else ("", 0)
        if isinstance(error, SyntaxError) and error.filename:
            file, line = error.filename, error.lineno or 0
        return {
            "kind": type(error).__name__,
            "message": error.msg
            if isinstance(error, SyntaxError)
            else redaction.message_of(error, self.key, tuple(self.secrets)),
            "file": file,
            "line": line,
            "dependency": error.name if isinstance(error, ModuleNotFoundError) else None,
            "unset": self.unset,
        }

    def is_own(self, file: str) -> bool:
        if self.request["path"] and os.path.realpath(file) == os.path.realpath(self.request["path"]):
            return True
        real = os.path.realpath(file)
        return real.startswith(self.project + os.sep) and "site-packages" not in real


def watched_environment() -> set[str]:
    """The variables that are asked for from now on and are not set; it grows as they are."""
    kind, missed = type(os.environ), set()
    given = kind.__getitem__

    def asked(environ: Any, name: Any) -> Any:
        try:
            return given(environ, name)
        except KeyError:
            missed.add(str(name))
            raise

    setattr(kind, "__getitem__", asked)  # noqa: B010 — mypy allows no assignment to a method
    return missed


def words_of(error: BaseException | None) -> list[str]:
    """The words of the error's message and of those that it came from: one may be the name of a variable."""
    found: list[str] = []
    while error is not None:
        found.extend(_WORD.findall(str(error)))
        error = error.__cause__ or error.__context__
    return found


def closed_database(error: BaseException | None) -> bool:
    """Whether the error, or one that it came from, is that the check keeps databases closed."""
    while error is not None:
        if isinstance(error, DatabaseStaysClosed):
            return True
        error = error.__cause__ or error.__context__
    return False


def main() -> None:
    """One request, one answer; then the process ends at once, whatever threads the project may have started."""
    answer_to = os.dup(1)
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    faulthandler.dump_traceback_later(request["trace_after_s"], repeat=True, file=request["trace"])
    sys.dont_write_bytecode = True
    sys.path[0] = request["project"]
    with os.fdopen(answer_to, "w", encoding="utf-8") as stream:
        json.dump(Child(request).answer(), stream, default=str)
    os._exit(0)


if __name__ == "__main__":
    main()
