"""What a component's `[component.source]` says that must be read or checked before it is followed."""

from __future__ import annotations

import os

from doorward.errors import InputInvalid, Problem
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable


def invalid(settings: Settings, component: ComponentTable, key: str, what: str) -> InputInvalid:
    """The error of one key."""
    where = f"{settings.path} component {component.name} source.{key}"
    return InputInvalid((Problem(f"source.{key}", what, where, "docs/sources.md says what each source needs"),))


def needed(settings: Settings, component: ComponentTable, key: str) -> str:
    """What the key says. Raises InputInvalid if it says nothing."""
    said = str(getattr(component.source, key))
    if not said:
        raise invalid(settings, component, key, f"a source of kind {component.source.kind} needs it")
    return said


def secret(settings: Settings, component: ComponentTable) -> str:
    """The token, empty if none is configured. Raises InputInvalid if it cannot be read or is empty."""
    source = component.source
    if source.token_file is not None and source.token_env:
        raise invalid(settings, component, "token_env", "stands beside token_file: give one of them")
    if source.token_file is not None:
        key, said = "token_file", _content(settings, component)
    elif source.token_env:
        key, said = "token_env", os.environ.get(source.token_env, "")
    else:
        return ""
    token = said.strip()
    # A line end or a letter beyond ASCII cannot stand in a header.
    if not token or not token.isascii() or not token.isprintable():
        raise invalid(settings, component, key, "is empty or no line of printable ASCII")
    return token


def _content(settings: Settings, component: ComponentTable) -> str:
    assert component.source.token_file is not None
    try:
        return settings.place(component.source.token_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise invalid(settings, component, "token_file", "cannot be read") from error
