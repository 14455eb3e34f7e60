from pydantic import BaseModel

from school.auth.config import AuthConfig
from school.config import reference
from school.config_reference import _section
from school.portal.config import PortalConfig


def test_a_key_is_shown_with_type_limits_default_and_description() -> None:
    text = reference(AuthConfig)
    assert "## `[session]`" in text
    assert "## `[[client]]`" in text
    assert "- `life_minutes` (whole number, at least 1, at most 525600, default: 480): Life of a session" in text
    assert '- `engine` ("db" | "cached_db" | "cache", default: "db")' in text
    assert "- `secret_key_file` (path, required)" in text
    assert "- `from` (text, default:" in text


def keys(model: type[BaseModel]) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for name, field in model.model_fields.items():
        section, _ = _section(field)
        found += keys(section) if section else [(field.alias or name, field.description)]
    return found


def test_every_key_of_both_services_is_described_and_listed() -> None:
    for model in (AuthConfig, PortalConfig):
        text = reference(model)
        for key, description in keys(model):
            assert description, key
            assert f"- `{key}` (" in text
