"""Run by the project's own interpreter: does this TOML fit the school's own model, and can its serializer be had?

In: one JSON request on standard input. Out: one JSON answer on what was standard output. It starts nothing, opens no
database and reads no file but the TOML; values of the TOML do not come back.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Callable  # noqa: UP035 — older interpreters read this file too

_GOT = re.compile(r" \(got .*\)$")


def attempt(function: Callable[[], Any]) -> Any:
    """The function's value and what it raised."""
    try:
        return function(), None
    except Exception as error:  # noqa: BLE001 — the code of other people: it may raise anything
        return None, error


def serializer(dotted: str) -> Any:
    """Why the class cannot be had; "" if it can, None where this interpreter has no Django to ask."""
    strings, error = attempt(lambda: importlib.import_module("django.utils.module_loading"))
    if error is not None:
        return None
    _, error = attempt(lambda: strings.import_string(dotted))
    return "" if error is None else f"{type(error).__name__}: {error}"


def problems(model: str, path: str) -> Any:
    """What the school's own model says of the file; None where the project does not hold the school."""
    module, _, name = model.partition(":")
    found, error = attempt(lambda: (importlib.import_module("school.config"), importlib.import_module(module)))
    if error is not None:
        return None
    frame, own = found
    _, error = attempt(lambda: frame.load(Path(path), getattr(own, name)))
    return [
        {"line": problem.line or 0, "key": problem.key, "message": _GOT.sub("", problem.message), "fix": problem.fix}
        for problem in getattr(error, "problems", ())
    ]


def main() -> None:
    """One request, one answer."""
    answer_to = os.dup(1)
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    sys.dont_write_bytecode = True
    sys.path[0] = request["project"]
    answer = {
        "serializer": serializer(request["serializer"]) if request["serializer"] else None,
        "problems": problems(request["model"], request["path"]),
    }
    with os.fdopen(answer_to, "w", encoding="utf-8") as stream:
        json.dump(answer, stream)
    os._exit(0)


if __name__ == "__main__":
    main()
