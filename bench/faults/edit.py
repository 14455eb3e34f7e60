"""Change one key of a service's TOML file as its operator would: the other lines stay as they are."""

from __future__ import annotations

import json
import os
from pathlib import Path

from doorward.toml_file import read

Value = str | int | float | bool | list[str]


def change(path: Path, key: str, value: Value) -> None:
    """Set `table.name` (`client[0].name` for a list of tables) and replace the file in one step."""
    document = read(path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    table, _, name = key.rpartition(".")
    said = f"{name} = {json.dumps(value)}\n"
    number = document.lines.get(key)
    if number is not None:
        lines[number - 1] = said
    else:
        lines.insert(document.lines[table], said)
    replace(path, "".join(lines))


def replace(path: Path, text: str) -> None:
    """Write the file anew, in one step."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)
