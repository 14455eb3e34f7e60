"""What the commands share: the options that stand on many of them, and how errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

from doorward.errors import DoorwardError

P = ParamSpec("P")
R = TypeVar("R")

OK, FOUND, WRONG_USE, UNREACHABLE, OUR_FAULT = 0, 1, 2, 3, 70


class Output(StrEnum):
    """How a command answers."""

    TEXT = "text"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--format", help="text or json.")]
ConfigOption = Annotated[Path, typer.Option("--config", help="The doorward.toml that says what is guarded.")]
DEFAULT_CONFIG = Path("doorward.toml")


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Errors as people read them on stderr, and the exit code of their class; `doorward.cli` answers for the rest."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _exits():
            return command(*args, **kwargs)

    return run


@contextmanager
def _exits() -> Iterator[None]:
    try:
        yield
    except DoorwardError as error:
        print(f"doorward: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from error
    except BrokenPipeError as error:
        # The reader has left (`doorward incident log | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(OK) from error


def progress(text: str) -> None:
    """A line of progress on stderr."""
    print(text, file=sys.stderr, flush=True)
