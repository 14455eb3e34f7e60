"""doorward.toml → one frozen Settings: what is guarded, how it is probed and watched, who is paged, what is repaired.

In: a path. Out: Settings, or InputInvalid with every problem at once, each with its line. Relative paths in the file
are relative to the file. Secrets are never in it: it names the files that hold them.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from doorward.errors import InputInvalid, Problem
from doorward.settings_tables import (
    ChannelTable,
    ComponentTable,
    DashboardTable,
    DoorwardTable,
    ProbeTable,
    RecoverTable,
    RespondTable,
    ServiceTable,
    Table,
    VantageTable,
    WatchTable,
    tables,
)
from doorward.toml_file import TomlFile, read


class Settings(Table):
    """doorward.toml."""

    path: Path = Field(Path("doorward.toml"), exclude=True)
    doorward: DoorwardTable = Field(default_factory=lambda: DoorwardTable())
    dashboard: DashboardTable = Field(default_factory=lambda: DashboardTable())
    service: ServiceTable
    component: tuple[ComponentTable, ...] = Field(min_length=1)
    vantage: VantageTable = Field(default_factory=lambda: VantageTable())
    probe: tuple[ProbeTable, ...] = ()
    watch: WatchTable = Field(default_factory=lambda: WatchTable())
    channel: tuple[ChannelTable, ...] = ()
    respond: RespondTable = Field(default_factory=lambda: RespondTable())
    recover: RecoverTable = Field(default_factory=lambda: RecoverTable())

    @property
    def directory(self) -> Path:
        """Base of the components' paths."""
        return (self.path.parent / self.service.directory).resolve()

    @property
    def state(self) -> Path:
        """Doorward's own directory."""
        return (self.path.parent / self.doorward.state).resolve()

    def place(self, path: Path) -> Path:
        """A component's path, absolute."""
        return (self.directory / path).resolve()

    def python(self, component: ComponentTable) -> str:
        """The interpreter that loads the component's settings (a virtual environment's link is kept as it is)."""
        return str(self.directory / component.python) if component.python else sys.executable

    def environment(self, component: ComponentTable) -> dict[str, str]:
        """The component's environment with `{dir}` filled in."""
        return {key: value.replace("{dir}", str(self.directory)) for key, value in component.env.items()}


def load(path: Path) -> Settings:
    """Read and validate doorward.toml. Raises InputInvalid with every problem, its line, and what to do."""
    document = read(path)
    try:
        settings = Settings.model_validate({**document.data, "path": path.resolve()})
    except ValidationError as error:
        raise InputInvalid(_problems(document, error)) from error
    problems = tuple(_cross_checks(settings, document))
    if problems:
        raise InputInvalid(problems)
    return settings


def _problems(document: TomlFile, error: ValidationError) -> tuple[Problem, ...]:
    """One problem a place; a list that is short only because its items are wrong is not one more."""
    details = error.errors()
    places = [tuple(detail["loc"]) for detail in details]
    return tuple(
        _problem(document, detail)
        for detail, place in zip(details, places, strict=True)
        if not any(other[: len(place)] == place and len(other) > len(place) for other in places)
    )


def _problem(document: TomlFile, detail: ErrorDetails) -> Problem:
    pointer = ""
    for part in detail["loc"]:
        pointer += f"[{part}]" if isinstance(part, int) else (f".{part}" if pointer else str(part))
    where = f"{document.path}:{document.line(pointer)} {pointer}".replace(":0 ", " ")
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(detail["loc"][-1]), _known_keys(), n=1)
        fix = f"did you mean {near[0]}?" if near else "remove it; `doorward settings` lists every key"
        return Problem("settings.unknown-key", "key is not known", where, fix)
    if detail["type"] == "missing":
        return Problem("settings.missing", "is required", where, "`doorward settings` explains every key")
    return Problem("settings.value", detail["msg"], where, "`doorward settings` explains every key")


def _known_keys() -> list[str]:
    known: list[type[BaseModel]] = [*tables().values(), Settings]
    return sorted({name for table in known for name in table.model_fields})


def _cross_checks(settings: Settings, document: TomlFile) -> list[Problem]:
    """What one key alone cannot tell: repeated names, channels that do not exist, files that are missing."""
    found = [*_repeats(settings), *_missing_channels(settings), *_components(settings), *_probes(settings)]
    return [
        Problem(code, what, f"{document.path}:{document.line(pointer)} {pointer}".replace(":0 ", " "), fix)
        for code, what, pointer, fix in found
    ]


_Found = Iterator[tuple[str, str, str, str]]


def _repeats(settings: Settings) -> _Found:
    for group in ("component", "probe", "channel"):
        names = [table.name for table in getattr(settings, group)]
        for number, name in enumerate(names):
            if name in names[:number]:
                yield "settings.repeated", f"name {name!r} is used twice", f"{group}[{number}].name", "rename one"


def _missing_channels(settings: Settings) -> _Found:
    known = {channel.name for channel in settings.channel} | {"console"}
    for number, level in enumerate(settings.respond.level):
        for name in level.channels:
            if name not in known:
                fix = f"add a [[channel]] or use one of: {', '.join(sorted(known))}"
                yield "settings.channel", f"channel {name!r} does not exist", f"respond.level[{number}].channels", fix


def _components(settings: Settings) -> _Found:
    for number, component in enumerate(settings.component):
        for path in component.config:
            if not settings.place(path).is_file():
                yield "settings.file", f"{path} does not exist", f"component[{number}].config", "check the path"
        if component.reload.signal and not component.pid_file:
            yield (
                "settings.reload",
                "a signal needs pid_file",
                f"component[{number}].reload.signal",
                "name the pid_file",
            )


# What a journey cannot do without, beside an account.
_NEEDED: dict[str, tuple[str, ...]] = {
    "openid": ("issuer", "client_id", "redirect_uri"),
    "client-credentials": ("issuer", "client_id"),
    "metadata": (),
}
# A mail is asked for with an address alone, and a key needs no password.
_WITHOUT_PASSWORD = {"reset-mail": "mail", "ssh": "key_file"}
_WITHOUT_ACCOUNT = frozenset({"client-credentials", "metadata"})
# RFC 6238 §5.2: a code is taken once, and it is the same for this long.
_CODE_S = 30


def _probes(settings: Settings) -> _Found:
    for number, probe in enumerate(settings.probe):
        by_file = probe.username_file and probe.password_file
        by_environment = probe.username_env and probe.password_env
        instead = getattr(probe, _WITHOUT_PASSWORD.get(probe.journey, ""), None)
        by_name = instead and (probe.username_file or probe.username_env or probe.mail.address_file)
        if not (probe.accounts_file or by_file or by_environment or by_name or probe.journey in _WITHOUT_ACCOUNT):
            yield (
                "settings.account",
                "no account to sign in with",
                f"probe[{number}]",
                "set accounts_file, or both files",
            )
        for key in _NEEDED.get(probe.journey, ("start",)):
            if not getattr(probe, key):
                what = f"journey {probe.journey!r} needs {key}"
                yield "settings.probe", what, f"probe[{number}]", "`doorward probe --help` shows the lines"
        yield from _beyond(probe, f"probe[{number}]")
        if (probe.totp_secret_file or probe.totp_secret_env) and probe.every_s * (1 - probe.jitter) < _CODE_S:
            what = f"a one-time code is taken once in {_CODE_S} s"
            yield "settings.probe", what, f"probe[{number}].every_s", f"set every_s to {2 * _CODE_S}"


_SCHEMES = {"ldap": ("ldap://", "ldaps://"), "ssh": ("ssh://",)}
_MAILBOXES = ("maildir:", "files:", "imaps://", "imap://")


def _beyond(probe: ProbeTable, pointer: str) -> _Found:
    """What the journeys beyond the web, and a probe's manners, must say."""
    schemes = _SCHEMES.get(probe.journey, ())
    if schemes and not probe.start.startswith(schemes):
        fix = f"begin it with {' or '.join(schemes)}"
        yield "settings.probe", f"journey {probe.journey!r} needs another address", f"{pointer}.start", fix
    if probe.journey == "metadata" and not (probe.start or probe.issuer):
        yield "settings.probe", "journey 'metadata' needs issuer or start", pointer, "set one of them"
    if probe.journey == "ssh" and not probe.known_hosts:
        yield "settings.probe", "journey 'ssh' needs known_hosts", pointer, "write what ssh-keyscan prints to a file"
    if probe.journey == "reset-mail" and not probe.mail.place.startswith(_MAILBOXES):
        fix = f"begin it with {', '.join(_MAILBOXES)}"
        yield "settings.probe", "journey 'reset-mail' needs to know where mail arrives", f"{pointer}.mail.place", fix
    if probe.failures > probe.of_last:
        yield "settings.probe", "is more than of_last", f"{pointer}.failures", "no failure would ever count"
