"""A Django project in a scratch copy: two targets of one project in, its preparation and its workers out."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from doorward.check.rehearsal import scratch
from doorward.check.rehearsal.certificate import Certificate, throw_away
from doorward.check.rehearsal.workers import Answer, Interpreter, answer, running
from doorward.errors import InputInvalid, Problem
from doorward.systems import Target

WORKERS = 2
_CHILD = Path(__file__).with_name("django_child.py")
# Variables that name where programs and libraries are, which the copy does not hold.
_KEPT = frozenset(("PATH", "HOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH"))


@dataclass(frozen=True, slots=True)
class Stand:
    """One side of a rehearsal: a settings module of the scratch copy, and whether it is the old one."""

    target: Target
    module: str
    folder: Path
    is_old: bool
    trusted: Path | None = None

    @property
    def routes(self) -> Path:
        """The file that says which addresses lead to what the rehearsal put up."""
        return self.folder / "routes.json"

    @contextlib.contextmanager
    def served(self, account: str, password: str) -> Iterator[tuple[Answer, ...]]:
        """The workers, started side by side, and ended with the block; an answer with a failure serves nothing.

        The first makes database and account ready, and says what the settings say of the site.
        """
        request = {"module": self.module, "scratch": str(self.folder), "is_old": self.is_old}
        request |= {"account": account, "password": password, "routes": str(self.routes)}
        with contextlib.ExitStack() as stack:
            started = [
                stack.enter_context(running(self._interpreter(), {**request, "prepares": number == 0}))
                for number in range(WORKERS)
            ]
            yield tuple(answer(child) for child in started)

    def _interpreter(self) -> Interpreter:
        root, copied = str(self.target.project.resolve()), str(self.folder / "project")
        env = {
            name: value if name in _KEPT else value.replace(root, copied)
            for name, value in {**os.environ, **self.target.env}.items()
            if not name.lower().endswith("_proxy")
        }
        if self.trusted:
            env.update(REQUESTS_CA_BUNDLE=str(self.trusted), SSL_CERT_FILE=str(self.trusted))
        env.update(TMPDIR=str(self.folder / "temporary"), PYTHONDONTWRITEBYTECODE="1")
        return Interpreter(self.target.python, _CHILD, self.folder / "project", env)


@dataclass(slots=True)
class _Names:
    """Finds the modules' names; a file from outside is laid beside a settings file of the project."""

    copied: Path
    project: Path
    beside: Path = field(init=False)

    def __post_init__(self) -> None:
        self.beside = self.copied

    def inside(self, target: Target) -> str:
        """The dotted name of a module within the project, empty for a file outside."""
        path = Path(target.name) if Path(target.name).is_absolute() else target.project / target.name
        if not path.is_file():
            if target.name.endswith(".py"):
                problem = Problem("target.missing", "no such file", target.name, "name a settings file or module")
                raise InputInvalid((problem,))
            self._see(self.copied.joinpath(*target.name.split(".")).with_suffix(".py"))
            return target.name
        if not path.resolve().is_relative_to(self.project):
            return ""
        relative = path.resolve().relative_to(self.project)
        self._see(self.copied / relative)
        return ".".join(relative.with_suffix("").parts)

    def outside(self, target: Target, name: str) -> str:
        """Lay the file into the copy under that name."""
        shutil.copy2(target.name, self.beside / f"{name}.py")
        return ".".join((*self.beside.relative_to(self.copied).parts, name))

    def _see(self, file: Path) -> None:
        if file.is_file():
            self.beside = file.parent


def authority(folder: Path) -> Certificate:
    """Who signs for the provider's double; made once a rehearsal. Raises CapabilityMissing."""
    place = folder / "authority"
    made = Certificate(place / "certificate.pem", place / "certificate.key")
    if place.exists():
        return made
    place.mkdir()
    return throw_away(["rehearsal.invalid"], place)


def stands(old: Target, new: Target, folder: Path, *, has_provider: bool = False) -> tuple[Stand, Stand]:
    """Both sides over one copy of the project; with a provider, they trust the authority of its double.

    Raises InputInvalid when there is no such project or file.
    """
    scratch.copy(new.project, folder / "project")
    (folder / "temporary").mkdir()
    names = _Names(folder / "project", new.project.resolve())
    within = [names.inside(old), names.inside(new)]
    old_name = within[0] or names.outside(old, "doorward_rehearsal_old")
    new_name = within[1] or names.outside(new, "doorward_rehearsal_new")
    trusted = authority(folder).certificate if has_provider else None
    return Stand(old, old_name, folder, True, trusted), Stand(new, new_name, folder, False, trusted)
