"""How long `doorward check` needs for a Keycloak realm of two megabytes: medians of several runs, in CPU seconds."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from doorward import check

ROUNDS = 5
BASE = Path(__file__).parents[1] / "tests" / "cases" / "keycloak" / "base" / "realm.json"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "realm.json"
        path.write_text(_realm())
        check.rules()
        read, judged = zip(*(_round(path) for _ in range(ROUNDS)), strict=True)
        print(f"| realm of {path.stat().st_size / 1e6:.1f} MB, median of {ROUNDS} | CPU |\n|---|---|")
    print(f"| read | {statistics.median(read):.2f} s |\n| check | {statistics.median(judged):.2f} s |")


def _realm() -> str:
    base = json.loads(BASE.read_text())
    base["clients"] = [{**base["clients"][0], "clientId": f"portal-{number}"} for number in range(2150)]
    return json.dumps(base, indent=2)


def _round(path: Path) -> tuple[float, float]:
    began = time.process_time()
    configuration = check.read(check.parse_target(f"keycloak:{path}"))
    read_at = time.process_time()
    check.findings(configuration)
    return read_at - began, time.process_time() - read_at


if __name__ == "__main__":
    main()
