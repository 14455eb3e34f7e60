"""The command line: one command a stage, in the order of the story; exit codes as in DESIGN §5.

0 fine · 1 findings, a failed probe, a detection, an open incident · 2 wrong use · 3 unreachable · 70 our fault.
"""

from __future__ import annotations

import difflib
import gc
import importlib
import sys
import traceback
from pathlib import Path

import typer

from doorward import __version__

# Command → (module, attribute); the modules are imported only for the command that is run, so that --help is quick.
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("checking", "check"),
    "rules": ("checking", "rules"),
    "explain": ("checking", "explain"),
    "rehearse": ("rehearsing", "rehearse"),
    "probe": ("probing", "probe"),
    "events": ("eventing", "events"),
    "watch": ("watching", "watch"),
    "run": ("running", "run"),
    "settings": ("running", "settings"),
    "diagnose": ("incidents", "diagnose"),
    "incident": ("incidents", "incident"),
    "recover": ("incidents", "recover"),
    "review": ("incidents", "review"),
    "drill": ("drilling", "drill"),
}
SUMMARIES: dict[str, str] = {
    "check": "1 check     Does this configuration work, and what would this change do to people?",
    "rules": "            List every rule of the check.",
    "explain": "            Show a rule's manual page.",
    "rehearse": "            Run a candidate in a scratch copy and sign in eight ways, beside the one it replaces.",
    "probe": "2 probe     Sign in once, as a person does.",
    "events": "3 watch     Print a log's sign-in events, normalised.",
    "watch": "            Say when sign-in left its usual course.",
    "run": "            Everything, all day, and the dashboard.",
    "settings": "            Explain every key of doorward.toml.",
    "diagnose": "4 diagnose  Why, and what it is not.",
    "incident": "5 respond   List, show, acknowledge, resolve incidents; verify their log.",
    "recover": "6 recover   Show the repair; --apply approves it.",
    "review": "7 review    The postmortem of an incident.",
    "drill": "            Break the reference school and score how it is met.",
}

HEAD = """Doorward keeps the door to a service working.

Usage: doorward COMMAND [OPTIONS]      (doorward COMMAND --help says more)"""
FOOT = """Exit: 0 fine · 1 findings, a failed probe, a detection, an open incident · 2 wrong use or settings ·
      3 guarded system unreachable · 70 our fault"""


_NEW_OBJECTS = 200_000
"""Between two searches for garbage; at Python's 700, a large file costs a third of its reading in searches for none."""


def main() -> None:
    """Entry point. `--help` imports nothing, so that it is quick; a command imports its own module alone."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(overview())
        sys.exit(0 if arguments else 2)
    if arguments[0] == "--version":
        print(f"doorward {__version__}")
        sys.exit(0)
    command = _command(arguments[0])
    gc.set_threshold(_NEW_OBJECTS, 50, 50)
    try:
        command(arguments[1:], prog_name=f"doorward {arguments[0]}")
    except Exception as error:  # noqa: BLE001 - the last door: what no command foresaw is our fault, and exit 70 says so
        print(_our_fault(error), file=sys.stderr)
        sys.exit(70)


def _our_fault(error: Exception) -> str:
    """The kind of the error and its way through the code; not its text, which may hold what must not be shown."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    way = "\n".join(f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"doorward: our fault: {type(error).__name__} [internal]\n{way}\n    please report these lines"


def overview() -> str:
    """What `doorward --help` shows: the commands in the order of the story."""
    width = max(map(len, COMMANDS)) + 2
    lines = "\n".join(f"  {name:{width}}{SUMMARIES[name]}" for name in COMMANDS)
    return f"{HEAD}\n\n{lines}\n\n{FOOT}"


def _command(name: str) -> typer.Typer:
    """The command of that name, imported now; an unknown one ends with 2 and the nearest that is known."""
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean `doorward {near[0]}`?" if near else "`doorward --help` lists the commands."
        print(f"doorward: there is no command {name!r}; {hint}", file=sys.stderr)
        sys.exit(2)
    module, attribute = COMMANDS[name]
    found = getattr(importlib.import_module(f"doorward.commands.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return found
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(name)(found)
    return app
