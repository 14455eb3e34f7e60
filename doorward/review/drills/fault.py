"""Write one setting of a TOML file, leaving every other line as it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

from doorward.errors import InputInvalid, Problem
from doorward.toml_file import read


def changed(path: Path, key: str, value: str | int | float | bool) -> str:
    """The file's text with `key` (`table.name`) set. Raises InputInvalid if the file has no such key."""
    line = read(path).lines.get(key)
    if line is None:
        problem = Problem("drill.key", f"{path.name} does not set {key}", str(path), "name a key that the file sets")
        raise InputInvalid((problem,))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[line - 1] = f"{key.rpartition('.')[2]} = {json.dumps(value)}\n"
    return "".join(lines)


def write(path: Path, text: str) -> None:
    """Replace the file in one step."""
    fresh = path.with_name(f".{path.name}.drill")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)
