"""Draw the pages that could lag behind the code: settings, commands, rules and what they cover, the log, the drills.

`python -m docs.generate` writes them; `--check` changes nothing and exits 1 naming the pages that are out of date.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

from docs import causes, coverage, logs
from doorward import check
from doorward.cli import COMMANDS, overview
from doorward.model.action import ACTION_TRANSITIONS
from doorward.model.entry import ENTRY_KINDS
from doorward.model.incident import TRANSITIONS, IncidentState
from doorward.model.page import PAGE_TRANSITIONS
from doorward.review.drills import scenario
from doorward.settings_tables import reference

DOCS = Path(__file__).parent
ROOT = DOCS.parent
NOTE = "<!-- Drawn by `make docs`; edit the code, not this page. -->\n\n"

LOG = """Append-only and hash-chained: each line's hash covers the line and the hash before it. An incident is the fold
of its lines. `doorward incident verify` proves the chain."""
DRILLS = (
    """`doorward drill run NAME` starts a school of its own, lets people in, breaks it, and scores how it is met."""
)


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    return {
        DOCS / "settings.md": "# doorward.toml\n\n" + reference(),
        DOCS / "commands.md": _commands(),
        DOCS / "rules.md": _rules(),
        coverage.PAGE: coverage.page(),
        logs.PAGE: logs.page(),
        causes.PAGE: causes.page(),
        DOCS / "incident-log.md": _log(),
        DOCS / "drills.md": _drills(),
    }


def _commands() -> str:
    blocks = [f"# The commands\n\n```text\n{overview()}\n```\n"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    for name in COMMANDS:
        command = [sys.executable, "-m", "doorward", name, "--help"]
        shown = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, cwd=ROOT).stdout
        text = "\n".join(line.rstrip() for line in shown.strip().splitlines())
        blocks.append(f"## doorward {name}\n\n```text\n{text}\n```\n")
    return "\n".join(blocks)


def _rules() -> str:
    blocks = ["# The rules of `doorward check`\n"]
    for rule in check.rules():
        blocks.append(f"```text\n{check.explain(rule.id).strip()}\n```\n")
    return "\n".join(blocks)


def _diagram(name: str, moves: list[tuple[str, str, str]]) -> str:
    lines = "\n".join(
        f"    {before} --> {after}: {by}" if by else f"    {before} --> {after}" for before, after, by in moves
    )
    return f"## {name}\n\n```mermaid\nstateDiagram-v2\n{lines}\n```\n"


def _log() -> str:
    incident = [("[*]", str(IncidentState.OPEN), "declared")]
    incident += [
        (str(before), str(after), kind)
        for kind, row in TRANSITIONS.items()
        for before, after in row.items()
        if before is not after
    ]
    action = [(str(before), str(after), "") for before, row in ACTION_TRANSITIONS.items() for after in row]
    page = [(str(before), str(after), "") for before, row in PAGE_TRANSITIONS.items() for after in row]
    kinds = "\n".join(f"| `{kind}` | {_first_line(body)} |" for kind, body in ENTRY_KINDS.items())
    return (
        f"# The incident log\n\n{LOG}\n\n| entry | says |\n|---|---|\n"
        + kinds
        + "\n\n"
        + "\n".join([_diagram("An incident", incident), _diagram("An action", action), _diagram("A page", page)])
    )


def _first_line(body: type) -> str:
    return " ".join((body.__doc__ or "").strip().split("\n\n")[0].split())


def _drills() -> str:
    blocks = [f"# The drills\n\n{DRILLS}\n"]
    for name in scenario.names(ROOT / "drills"):
        one = scenario.load(ROOT / "drills", name)
        story, built = one.story.strip(), one.reconstruction.strip()
        fault = f"The fault: `{one.change.key} = {one.change.value!r}` in `{one.change.component}.toml`."
        blocks.append(f"## {name}\n\n**{one.title}.** {story}\n\n{built}\n\n{fault}\n")
    return "\n".join(blocks)


def main(check_only: bool) -> int:
    """Write the pages, or say which are out of date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorward.web.settings")
    importlib.import_module("django").setup()
    stale = []
    for path, text in pages().items():
        wanted = NOTE + text.rstrip() + "\n"
        if not path.exists() or path.read_text() != wanted:
            stale.append(path.name)
            if not check_only:
                path.write_text(wanted)
    if stale:
        print(("out of date: " if check_only else "written: ") + ", ".join(stale))
    return 1 if stale and check_only else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
