"""How many changes of a Keycloak realm that break sign-in does `doorward check NEW --against OLD` tell?

`python -m bench check_keycloak`; `python -m bench.check_keycloak --verbose` prints every change. With a Keycloak at
hand (`--keycloak DIR` or DOORWARD_KEYCLOAK) each change is also made on it and people sign in before and after: broken
is what worked before and does not after. Exit 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.keycloak.before_and_after import Seen, see_all
from bench.keycloak.changes import Json, RealmChange, base_realm, changes
from doorward import check
from doorward.model.finding import Finding, Severity

LEAST_CHANGES, LEAST_SHARE = 40, 0.95
"""The goals of the project: at least 40 breaking changes, 95 % of them told, no false alarm."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the check says of a change that it did not say before."""

    change: RealmChange
    findings: tuple[Finding, ...]

    @property
    def is_told(self) -> bool:
        """Whether it is told as more than a note."""
        return any(one.severity is not Severity.NOTE for one in self.findings)

    @property
    def says(self) -> str:
        """The rules, with the severity of each."""
        return ", ".join(sorted({f"{one.rule} {one.severity}" for one in self.findings})) or "nothing"


def main(arguments: list[str]) -> int:
    """Print the tables; 1 if a goal is missed."""
    asked = _arguments(arguments)
    chosen = [one for one in changes() if re.search(asked.only, one.name)]
    told = _judge(base_realm(), chosen)
    seen = _see(asked, chosen)
    if asked.verbose:
        _print_each(told, seen)
    return _print_score(told, seen) if not asked.only else 0


def _see(asked: argparse.Namespace, chosen: list[RealmChange]) -> dict[str, Seen]:
    """What a real Keycloak shows of each change, by name; nothing, and why, where none is at hand."""
    if not asked.keycloak:
        print("not run on a real Keycloak: name its folder by --keycloak or DOORWARD_KEYCLOAK\n", file=sys.stderr)
        return {}
    jar = Path(asked.directory) if asked.directory else None
    return {one.change.name: one for one in see_all(asked.keycloak, jar, base_realm(), chosen, asked.quick)}


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keycloak", default=os.environ.get("DOORWARD_KEYCLOAK", ""), help="folder of a Keycloak")
    jar = os.environ.get("DOORWARD_LDAP_JAR", "")
    parser.add_argument("--directory", default=jar, help="the jar of UnboundID's LDAP SDK, for changes of a directory")
    parser.add_argument("--verbose", action="store_true", help="print every change")
    parser.add_argument("--only", default="", help="changes whose name holds this expression")
    parser.add_argument("--quick", action="store_true", help="look at a change until its first journey breaks")
    return parser.parse_args(arguments)


def _judge(base: Json, chosen: list[RealmChange]) -> list[Told]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "realm.json"
        old = _read(path, base)
        standing = {one.fingerprint for one in check.findings(old)}
        found = []
        for change in chosen:
            said = check.findings(_read(path, change.after(base)), old)
            found.append(Told(change, tuple(one for one in said if one.fingerprint not in standing)))
    return found


def _read(path: Path, realm: Json) -> check.Configuration:
    path.write_text(json.dumps(realm, indent=2).replace('"@now"', str(int(time.time()))))
    return check.read(check.parse_target(f"keycloak:{path}"))


def _print_each(told: list[Told], seen: dict[str, Seen]) -> None:
    print("| change | breaks | check says | a real Keycloak shows |\n|---|---|---|---|")
    for one in told:
        shows = seen[one.change.name].says if one.change.name in seen else "not run"
        print(f"| {one.change.name} | {'yes' if one.change.breaks else 'no'} | {one.says} | {shows} |")
    print()


def _print_score(told: list[Told], seen: dict[str, Seen]) -> int:
    breaking, harmless = ([one for one in told if one.change.breaks is kind] for kind in (True, False))
    missed = [one for one in breaking if not one.is_told]
    alarms = [one for one in harmless if one.is_told]
    hardening = [one for one in breaking if one.change.hardening]
    praised = [one for one in hardening if not one.is_told]
    print("| realm changes of Keycloak | number | told | goal | shown by a real Keycloak |\n|---|---|---|---|---|")
    share = 1 - len(missed) / len(breaking)
    said = len(breaking) - len(missed)
    print(f"| breaking | {len(breaking)} | {said} ({share:.0%}) | {LEAST_SHARE:.0%} | {_shown(breaking, seen)} |")
    made = len(hardening) - len(praised)
    print(f"| of them meant as hardening | {len(hardening)} | {made} | all | {_shown(hardening, seen)} |")
    print(f"| harmless | {len(harmless)} | {len(alarms)} | 0 | {_shown(harmless, seen)} |")
    for kind, ones in (("missed", missed), ("false alarm", alarms)):
        for one in ones:
            print(f"{kind}: {one.change.name}: {one.says}")
    wrong = [one for one in told if one.change.name in seen and seen[one.change.name].contradicts(one.change)]
    for one in wrong:
        print(f"Keycloak shows otherwise: {one.change.name}: {seen[one.change.name].says}")
    return int(len(breaking) < LEAST_CHANGES or share < LEAST_SHARE or bool(alarms or praised or wrong))


def _shown(ones: list[Told], seen: dict[str, Seen]) -> str:
    run = [one for one in ones if one.change.name in seen and seen[one.change.name].was_run]
    agreed = [one for one in run if not seen[one.change.name].contradicts(one.change)]
    return f"{len(agreed)} of {len(run)}" if run else "not run"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
