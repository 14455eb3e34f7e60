"""Sources that Doorward goes to itself: standard input, the journal, Loki, Elasticsearch, Kafka.

In: Settings, a component and its spool. Out: a step with back-off, and how often to take it.
"""

from __future__ import annotations

import base64
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from doorward.errors import DoorwardError
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable
from doorward.watch.sources.answers import Answers
from doorward.watch.sources.asked import Asked, Pages
from doorward.watch.sources.elasticsearch import Elasticsearch
from doorward.watch.sources.journald import Journald
from doorward.watch.sources.loki import Loki
from doorward.watch.sources.patience import Patient
from doorward.watch.sources.spool import Spool, SpoolFull
from doorward.watch.sources.stdin import Stdin, StdinSpooled
from doorward.wiring.source_settings import invalid, needed, secret

if TYPE_CHECKING:
    from doorward.watch.sources.kafka import Kafka

_OFTEN_S = 0.25
_SECRET_WORDS = ("password", "secret", "key.pem", "token", "credentials")


def asking(settings: Settings, component: ComponentTable, spool: Spool) -> tuple[float, Callable[[], str]]:
    """Seconds between steps, and the step. Raises InputInvalid for settings that cannot be."""
    source = component.source
    if source.kind == "stdin":
        if sum(one.source.kind == "stdin" for one in settings.component) > 1:
            raise invalid(settings, component, "kind", "standard input can be one component's only")
        return _OFTEN_S, _patient(component, StdinSpooled(spool, Stdin()).step)
    if source.kind == "journald":
        place = None if source.journal is None else settings.place(source.journal)
        return _OFTEN_S, _patient(component, Journald(spool, source.units, place).step)
    if source.kind == "kafka":
        return _OFTEN_S, _patient(component, _kafka(settings, component, spool).step)
    pages = _pages(settings, component)
    return source.every_s, _patient(component, Asked(spool, pages, source.late_s).step)


def _patient(component: ComponentTable, step: Callable[[], str]) -> Callable[[], str]:
    def stored() -> str:
        try:
            return step()
        except (SpoolFull, OSError) as error:
            raise DoorwardError(f"cannot store what is read: {error}", code="spool") from error

    return Patient(component.source.kind, stored)


def _pages(settings: Settings, component: ComponentTable) -> Pages:
    source = component.source
    answers = _answers(settings, component)
    if source.kind == "loki":
        return Loki(answers, needed(settings, component, "query"))
    index = needed(settings, component, "index")
    return Elasticsearch(answers, index, source.query, needed(settings, component, "time_field"), source.line_field)


def _answers(settings: Settings, component: ComponentTable) -> Answers:
    source = component.source
    address = needed(settings, component, "address")
    if "@" in address:
        raise invalid(settings, component, "address", "holds a name or password: use token_file with Basic")
    if not address.startswith(("http://", "https://")):
        raise invalid(settings, component, "address", f"{address!r} is not http://host:port or https://host:port")
    headers = {"X-Scope-OrgID": source.tenant} if source.tenant else {}
    token = secret(settings, component)
    if token:
        shown = base64.b64encode(token.encode()).decode() if source.authorization == "Basic" else token
        headers["Authorization"] = f"{source.authorization} {shown}"
    try:
        return Answers(address, headers, _ca_file(settings, component))
    except OSError as error:
        raise invalid(settings, component, "ca_file", "cannot be read as certificates") from error


def _ca_file(settings: Settings, component: ComponentTable) -> Path | None:
    return None if component.source.ca_file is None else settings.place(component.source.ca_file)


def _kafka(settings: Settings, component: ComponentTable, spool: Spool) -> Kafka:
    source = component.source
    told = sorted(key for key in source.options if any(word in key for word in _SECRET_WORDS))
    if told:
        raise invalid(settings, component, "options", f"{told[0]} may be a secret: the password belongs to token_file")
    configuration = {**source.options, "bootstrap.servers": needed(settings, component, "address")}
    token = secret(settings, component)
    if token:
        configuration["sasl.password"] = token
    ca_file = _ca_file(settings, component)
    if ca_file is not None:
        configuration["ssl.ca.location"] = str(ca_file)
    topic = needed(settings, component, "query")
    try:
        # An extra: whoever has no Kafka has no client of it.
        module = importlib.import_module("doorward.watch.sources.kafka")
    except ModuleNotFoundError as error:
        raise invalid(settings, component, "kind", "kafka needs the extra: pip install 'doorward[kafka]'") from error
    try:
        made: Kafka = module.Kafka(spool, topic, configuration)
    except ValueError as error:
        raise invalid(settings, component, "options", str(error)) from error
    return made
