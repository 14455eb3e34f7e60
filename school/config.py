"""A TOML file in, one frozen and validated configuration out, or every problem of the file at once.

Configurations are pydantic models; a nested model is a TOML table. Nothing here knows Django: the settings modules of
the two services read the configuration that `load` returns.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from school.config_reference import reference
from school.toml_lines import Location, index_lines, line_of

__all__ = ["ConfigInvalid", "Problem", "Section", "SiteFile", "SitePath", "accept", "digest", "load", "reference"]

M = TypeVar("M", bound=BaseModel)

_DIGEST_LENGTH = 12
_SYNTAX_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")
_SECRET_WORDS = ("secret", "password", "token", "key")

# What `accept` keeps; processes forked later inherit it.
_accepted: dict[Path, bytes] = {}


class Section(BaseModel):
    """A configuration or one table of it: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    directory = (info.context or {}).get("directory")
    return path if directory is None else Path(directory, path)


SitePath = Annotated[Path, AfterValidator(_beside_the_file)]
"""A path; a relative one is relative to the TOML file that names it."""


def _is_there(path: Path, info: ValidationInfo) -> Path:
    if info.context and not path.is_file():
        raise ValueError("must name an existing file")
    return path


SiteFile = Annotated[SitePath, AfterValidator(_is_there)]
"""A file that the service reads when it starts, so that a missing one is told before, not after."""


class DatabaseSection(Section):
    path: SitePath = Field(description="SQLite database of this service.")
    address: str = Field(
        default="",
        pattern=r"^$|^postgresql://[^:/@\s]+@[^/\s]+/\w+$",
        description="PostgreSQL instead of SQLite: postgresql://name@host:port/database; empty: `path`.",
    )
    password_file: SiteFile | None = Field(default=None, description="File with the password for `address`.")


class LogSection(Section):
    path: SitePath = Field(description="Event log, one JSON object a line; see `school/events.py` for the events.")
    key_file: SiteFile = Field(description="File with the key that turns names, sessions and networks into hashes.")


class ProxySection(Section):
    trusted: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"),
        description="Peers whose X-Forwarded-For (first address) and X-Forwarded-Proto are believed.",
    )


class MonitoringSection(Section):
    token_file: SiteFile = Field(
        description="File with the token that a monitor sends as X-Synthetic; its requests are logged as synthetic."
    )


class ServerSection(Section):
    workers: int = Field(default=2, ge=1, le=64, description="Worker processes.")
    threads: int = Field(default=8, ge=1, le=128, description="Threads in each worker process.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration. `line` is None when the file has no line for it."""

    path: Path
    line: int | None
    key: str
    message: str
    fix: str

    def __str__(self) -> str:
        where = self.path.name if self.line is None else f"{self.path.name}:{self.line}"
        said = f"{where} {self.key}: {self.message}" if self.key else f"{where} {self.message}"
        return f"{said}; {self.fix}" if self.fix else said


class ConfigInvalid(Exception):
    """A configuration cannot be used. Carries all problems, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load(path: Path, model: type[M]) -> M:
    """Reads and validates; raises ConfigInvalid with every problem."""
    return _validated(path, _content(path), model)


def accept(path: Path, model: type[M]) -> M:
    """Like `load` from the file as it stands; if it is valid, `load` and `digest` keep to these bytes from now on.

    That holds here and in processes forked from here: a server's master accepts, and its workers never start with
    something it did not judge. An invalid file changes nothing.
    """
    content = _read(path)
    config = _validated(path, content, model)
    _accepted[path.resolve()] = content
    return config


def digest(path: Path) -> str:
    """First 12 hex digits of the SHA-256 of the file's bytes."""
    return hashlib.sha256(_content(path)).hexdigest()[:_DIGEST_LENGTH]


def _content(path: Path) -> bytes:
    accepted = _accepted.get(path.resolve())
    return _read(path) if accepted is None else accepted


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = Problem(path, None, "", f"cannot be read ({error.strerror})", "give the path of an existing file")
        raise ConfigInvalid((problem,)) from error


def _validated(path: Path, content: bytes, model: type[M]) -> M:
    try:
        text = content.decode()
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        problem = Problem(path, None, "", f"is not UTF-8 (byte {error.start})", "save the file as UTF-8")
        raise ConfigInvalid((problem,)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid((_syntax_problem(path, str(error)),)) from error
    try:
        return model.model_validate(document, context={"directory": path.resolve().parent})
    except ValidationError as error:
        raise ConfigInvalid(_problems(path, text, model, error)) from error


def _syntax_problem(path: Path, message: str) -> Problem:
    position = _SYNTAX_POSITION.search(message)
    if position is None:
        return Problem(path, None, "", f"is not TOML: {message}", "")
    line, column = int(position[1]), int(position[2])
    return Problem(path, line, "", f"is not TOML at column {column}: {message[: position.start()]}", "")


def _problems(path: Path, text: str, model: type[BaseModel], error: ValidationError) -> tuple[Problem, ...]:
    lines = index_lines(text)
    problems = [_problem(path, lines, model, details) for details in error.errors(include_url=False)]
    return tuple(sorted(problems, key=lambda problem: (problem.line is None, problem.line or 0, problem.key)))


def _problem(path: Path, lines: dict[Location, int], model: type[BaseModel], details: ErrorDetails) -> Problem:
    location: Location = details["loc"]
    key = ".".join(str(part) for part in location)
    if details["type"] == "missing":
        return Problem(path, line_of(lines, location), key, "is missing", "add it")
    if details["type"] == "extra_forbidden":
        fix = _nearest(model, location)
        return Problem(path, line_of(lines, location), key, "is not a known key", fix)
    message = details["msg"].replace("Input should be", "must be").removeprefix("Value error, ")
    return Problem(path, line_of(lines, location), key, f"{message} (got {_shown(location, details['input'])})", "")


def _shown(location: Location, value: object) -> str:
    """The refused value, short; never that of a key which may hold a secret pasted by mistake."""
    name = str(location[-1]) if location else ""
    if any(word in name for word in _SECRET_WORDS) and isinstance(value, str):
        return "a text that is not shown"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _nearest(model: type[BaseModel], location: Location) -> str:
    section = _section(model, location[:-1])
    known = [] if section is None else sorted(_key_name(section, name) for name in section.model_fields)
    close = get_close_matches(str(location[-1]), known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(known)}" if known else "remove it"


def _section(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    section: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, str) and section is not None:
            field = next((f for n, f in section.model_fields.items() if part in (n, f.alias)), None)
            section = None if field is None else next(_models(field.annotation), None)
    return section


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The sections in an annotation such as `Section` or `tuple[Section, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _key_name(section: type[BaseModel], name: str) -> str:
    return section.model_fields[name].alias or name
