"""The scratch account, made of whatever kind of account the project has. Imported by the children.

In: the project's model. Out: a row that can sign in, with a value of the right type in each field that must have one.
Needs nothing but the standard library and the project's Django.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any


def make(user_model: str, request: dict[str, Any]) -> None:
    """An account that may open every page; what a project's own kind of account demands is filled in plausibly."""
    from django.apps import apps  # noqa: PLC0415 — the project's Django

    model = apps.get_model(user_model)
    name = name_of(model, request["account"])
    account = model._default_manager.filter(**{model.USERNAME_FIELD: name}).first()
    if account is None:
        account = model(**{**plausible_fields(model, request["account"]), model.USERNAME_FIELD: name})
    account.set_password(request["password"])
    for flag in ("is_active", "is_staff", "is_superuser"):
        if flag in {field.name for field in model._meta.fields}:
            setattr(account, flag, True)
    account.save()


def name_of(model: Any, account: str) -> Any:
    """What the scratch account signs in with: of the type that the project's own kind of account has for it."""
    return plausible(model._meta.get_field(model.USERNAME_FIELD), account)


def plausible_fields(model: Any, account: str, depth: int = 3) -> dict[str, Any]:
    """A value for each field that must have one and has no default."""
    return {
        field.name: plausible(field, account, depth)
        for field in model._meta.concrete_fields
        if not (field.has_default() or field.null or getattr(field, "auto_created", False) or generated(field))
        and (not field.blank or field.name in getattr(model, "REQUIRED_FIELDS", ()))
    }


def generated(field: Any) -> bool:
    """Whether Django or the database fills the field in by itself."""
    kind = field.get_internal_type()
    return (
        "AutoField" in kind
        or kind == "GeneratedField"
        or getattr(field, "auto_now", False)
        or (getattr(field, "auto_now_add", False))
    )


def plausible(field: Any, account: str, depth: int = 3) -> Any:
    """A value that the field takes; for a relation, a row of the other table, made if there is none."""
    if field.is_relation:
        other = field.remote_field.model
        found = other._default_manager.first()
        if found is None and depth:
            found = other(**plausible_fields(other, account, depth - 1))
            found.save()
        return found
    if field.choices:
        return next((value for value, _ in field.flatchoices if value not in ("", None)), "")
    kind = field.get_internal_type()
    if kind == "EmailField" or "mail" in field.name:
        return account + "@example.com"
    if kind in PLAUSIBLE:
        return PLAUSIBLE[kind]()
    return account[: getattr(field, "max_length", None) or None] if "Char" in kind or "Text" in kind else 1


PLAUSIBLE: dict[str, Any] = {
    "BooleanField": lambda: True,
    "DateField": lambda: datetime.date(2000, 1, 1),
    "DateTimeField": lambda: datetime.datetime.now(datetime.UTC),
    "TimeField": lambda: datetime.time(12),
    "DurationField": lambda: datetime.timedelta(days=1),
    "UUIDField": uuid.uuid4,
    "JSONField": dict,
    "BinaryField": bytes,
    "SlugField": lambda: "rehearsal",
    "FileField": lambda: "",
    "FilePathField": lambda: "",
    "GenericIPAddressField": lambda: "192.0.2.1",
    "URLField": lambda: "https://example.com/",
}
