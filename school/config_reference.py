"""A configuration model in, its reference in Markdown out: every table, key, type, default and limit."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}
_LIMITS = (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than"))


def reference(model: type[BaseModel]) -> str:
    """Markdown of all keys, in the order of the model."""
    return "\n".join(_lines(model, "")) + "\n"


def _lines(model: type[BaseModel], path: str) -> Iterator[str]:
    nested: list[tuple[str, type[BaseModel], bool]] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        section, is_array = _section(field)
        if section is not None:
            nested.append((f"{path}.{key}".lstrip("."), section, is_array))
        else:
            yield _key_line(key, field)
    for section_path, section, is_array in nested:
        yield ""
        yield f"## `[[{section_path}]]`" if is_array else f"## `[{section_path}]`"
        yield ""
        yield from _lines(section, section_path)


def _section(field: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for argument in get_args(annotation):
        if isinstance(argument, type) and issubclass(argument, BaseModel):
            return argument, get_origin(annotation) is tuple
    return None, False


def _key_line(key: str, field: FieldInfo) -> str:
    facts = [_type_name(field.annotation), *_limits(field), _default(field)]
    return f"- `{key}` ({', '.join(facts)}): {field.description}"


def _type_name(annotation: object) -> str:
    if annotation in _NAMES:
        return _NAMES[annotation]
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " | ".join(f'"{argument}"' for argument in arguments)
    if get_origin(annotation) is tuple:
        return f"list of {_type_name(arguments[0])}"
    if isinstance(annotation, UnionType):
        return " or ".join(_type_name(argument) for argument in arguments if argument is not NoneType)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " | ".join(f'"{member.value}"' for member in annotation)
    inner = arguments[0] if arguments else None
    return _type_name(inner) if inner is not None else str(getattr(annotation, "__name__", annotation))


def _limits(field: FieldInfo) -> Iterator[str]:
    for fact in field.metadata:
        for attribute, words in _LIMITS:
            limit = getattr(fact, attribute, None)
            if limit is not None:
                yield f"{words} {limit}"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default is None or default == "":
        return "default: none"
    if isinstance(default, tuple):
        return f"default: [{', '.join(_shown(part) for part in default)}]"
    return f"default: {_shown(default)}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'
