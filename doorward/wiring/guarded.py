"""From settings to what the stages take: targets to check, logs to follow, things to examine.

In: Settings. Out: model data and stage inputs. It reads secret files when a probe needs them and keeps nothing.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from doorward.diagnose.examinee import Address, Examinee
from doorward.errors import InputInvalid, Problem
from doorward.model.fact import Endpoint, Fact, Flow, Where
from doorward.model.service import Component, Service
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.systems import Sessions, Target, system, systems
from doorward.toml_file import read
from doorward.wiring.probe_plans import account_problems


def service(settings: Settings) -> Service:
    """The guarded service in the model's words."""
    return Service(settings.service.name, tuple(component(table) for table in settings.component))


def component(table: ComponentTable) -> Component:
    """One of its components."""
    return Component(table.name, table.role, table.kind, table.environment)


def files(settings: Settings, component: ComponentTable) -> dict[str, bytes]:
    """The component's configuration files by name, as they are now. Raises InputInvalid if one cannot be read."""
    found: dict[str, bytes] = {}
    for path in component.config:
        try:
            found[str(path)] = settings.place(path).read_bytes()
        except OSError as error:
            raise _unreadable(str(path), error) from error
    return found


def changed_at(settings: Settings, component: ComponentTable) -> datetime:
    """When the newest of the component's files was last written. Raises InputInvalid if one is gone."""
    try:
        newest = max(settings.place(path).stat().st_mtime for path in component.config)
    except OSError as error:
        raise _unreadable(str(component.config[0]), error) from error
    return datetime.fromtimestamp(newest, UTC)


def _unreadable(path: str, error: OSError) -> InputInvalid:
    return InputInvalid(
        (Problem("config.unreadable", f"cannot be read: {error.strerror}", path, "check path and rights"),)
    )


def author(settings: Settings, component: ComponentTable) -> str | None:
    """Who last committed the files, if git knows them and they are as committed; else None."""
    paths = [str(settings.place(path)) for path in component.config]
    clean = _git(settings.directory, "diff", "--quiet", "HEAD", "--", *paths)
    if clean is None:
        return None
    return _git(settings.directory, "log", "-1", "--format=%an", "--", *paths) or None


def _git(directory: Path, *arguments: str) -> str | None:
    """git's answer; None if there is no git, no repository, or it says no."""
    try:
        done = subprocess.run(
            ["git", "-C", str(directory), *arguments], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def target(settings: Settings, component: ComponentTable, kept_file: Path | None = None) -> Target:
    """What to check of a component; `kept_file` = the first configuration file as another version had it."""
    name = component.settings if component.kind == "django" else ""
    if not name and component.config:
        name = str(kept_file or settings.directory / component.config[0])
    return Target(
        kind=component.kind,
        name=name,
        project=settings.place(component.project),
        python=settings.python(component),
        env=settings.environment(component),
        public_url=component.public_url or None,
        forwarded=component.forwarded,
    )


def told(settings: Settings, component: ComponentTable) -> tuple[Fact, ...]:
    """What doorward.toml says that no file of the component tells: its health page, and what ends on which day."""
    where = Where(settings.path.name, 0, f"component[{settings.component.index(component)}].health")
    health = Endpoint(where, "health", component.address + component.health)
    return (*((health,) if component.address and component.health else ()), *_ends(settings, component))


def _ends(settings: Settings, component: ComponentTable) -> tuple[Flow, ...]:
    lines, number = read(settings.path), settings.component.index(component)
    told = []
    for index, end in enumerate(component.end):
        pointer = f"component[{number}].end[{index}]"
        where = Where(settings.path.name, lines.line(pointer), pointer)
        told.append(Flow(where, "ends", (end.kind, end.name, f"{end.day}T00:00:00+00:00")))
    return tuple(told)


def session_tool(settings: Settings, component: ComponentTable) -> tuple[Sessions, Target, Path] | None:
    """How to list and clear the component's sessions; None if its settings do not say."""
    if not component.settings or not component.session_hash_key_file:
        return None
    tool = system("django").sessions
    if tool is None:
        return None
    of_settings = Target(
        kind="django",
        name=component.settings,
        project=settings.place(component.project),
        python=settings.python(component),
        env=settings.environment(component),
    )
    return tool, of_settings, settings.place(component.session_hash_key_file)


def examinees(settings: Settings) -> tuple[Examinee, ...]:
    """What a diagnosis may look at."""
    return tuple(_examinee(settings, component) for component in settings.component)


def _address(url: str) -> Address | None:
    parts = urlsplit(url)
    return Address(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)) if parts.hostname else None


def _control(settings: Settings, component: ComponentTable) -> Address | None:
    """Another component's address: if that one answers, it is not we who are cut off."""
    others = (_address(other.address) for other in settings.component if other.name != component.name)
    return next((address for address in others if address is not None), None)


def _examinee(settings: Settings, component: ComponentTable) -> Examinee:
    database = component.database
    if database.startswith("sqlite:"):
        database = f"sqlite:{settings.place(Path(database.removeprefix('sqlite:')))}"
    return Examinee(
        component=component.name,
        role=component.role,
        address=_address(component.address),
        control=_control(settings, component),
        health_url=component.address + component.health if component.health else "",
        pid_file=settings.place(component.pid_file) if component.pid_file else None,
        directory=settings.directory,
        database=database,
        store=component.store,
        store_password_file=settings.place(component.store_password_file) if component.store_password_file else None,
        address_url=component.address,
        issuer=component.issuer,
        ldap=component.ldap,
        upstream=component.upstream,
        keys=tuple(settings.place(path) for path in component.keys),
        code=tuple(settings.place(path) for path in component.code),
        authorities=settings.place(component.authorities) if component.authorities else None,
        log=settings.place(component.log) if component.log else None,
        pages=tuple(_pages(settings, component)),
    )


def _pages(settings: Settings, component: ComponentTable) -> Iterator[str]:
    """The component's pages that probes open as people do; each once."""
    for page in dict.fromkeys(page for probe in settings.probe for page in (probe.start, probe.return_to)):
        if page and component.address and _address(page) == _address(component.address):
            yield page


def check_whole(settings: Settings) -> None:
    """What must hold before Doorward goes to its post: every kind is known, every account can be had. Raises
    InputInvalid with all that does not."""
    found = (*_kind_problems(settings), *account_problems(settings, settings.probe))
    if found:
        raise InputInvalid(found)


def _kind_problems(settings: Settings) -> Iterator[Problem]:
    lines = read(settings.path)
    for number, component in enumerate(settings.component):
        for key in ("kind", "log_kind"):
            kind = getattr(component, key)
            if kind and kind not in systems():
                where = f"{settings.path}:{lines.line(f'component[{number}].{key}')} component[{number}].{key}"
                yield Problem("kind.unknown", f"kind {kind!r} is not known", where, f"one of: {', '.join(systems())}")
