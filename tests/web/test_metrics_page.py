"""`/metrics` over the dashboard's own rules: a token or a person, and never nothing but an error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.settings import Settings
from doorward.store import watching
from doorward.watch import metric_names as names
from doorward.web import metrics
from tests.web.test_metrics import FIGURES

TOKEN = "a-token-of-many-characters"


@pytest.fixture
def tokened(guarded: Settings) -> Iterator[Settings]:
    """The settings with a token file."""
    (guarded.path.parent / "token").write_text(TOKEN + "\n")
    table = guarded.dashboard.model_copy(update={"metrics_token_file": guarded.path.parent / "token"})
    found = guarded.model_copy(update={"dashboard": table})
    with override_settings(DOORWARD=found):
        yield found


def values(text: str) -> dict[str, float]:
    """The last sample of each name."""
    return {one.name: one.value for family in text_string_to_metric_families(text) for one in family.samples}


def asked(visitor: Client, token: str = TOKEN) -> tuple[int, str]:
    answer = visitor.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.content.decode()


def test_a_stranger_gets_nothing_but_how_to_ask(tokened: Settings, visitor: Client) -> None:
    answer = visitor.get("/metrics")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert asked(visitor, "wrong")[0] == 401
    assert "doorward_" not in asked(visitor, "wrong")[1]


def test_without_a_token_file_no_token_opens(guarded: Settings, visitor: Client) -> None:
    assert asked(visitor, "")[0] == 401
    assert asked(visitor)[0] == 401


def test_a_token_too_short_opens_nothing(tokened: Settings, visitor: Client) -> None:
    (tokened.path.parent / "token").write_text("short")
    assert asked(visitor, "short")[0] == 401


def test_a_person_who_is_signed_in_may_look(operator: Client) -> None:
    assert operator.get("/metrics").status_code == 200


def test_the_store_and_the_watch_are_told(tokened: Settings, visitor: Client) -> None:
    now = datetime.now(UTC)
    watching.add_probe(ProbeResult("auth", now, ProbeOutcome.PASSED, "ok", "", ()))
    watching.set_health("watch", "green", "", now)
    metrics.figures_from(lambda: FIGURES)
    try:
        code, text = asked(visitor)
    finally:
        metrics.figures_from(None)
    assert code == 200
    assert set(values(text)) == {metric.name for metric in names.METRICS}
    assert values(text)["doorward_probe_passed"] == 1
    assert 'doorward_health{part="watch",state="green"} 1.0' in text


def test_the_watch_is_told_while_the_store_is_away(tokened: Settings, visitor: Client) -> None:
    def refused(*_: object) -> object:
        raise OperationalError("database is locked")

    metrics.figures_from(lambda: FIGURES)
    try:
        # The database itself refuses every statement: nothing of ours is replaced.
        with connection.execute_wrapper(refused):
            code, text = asked(visitor)
    finally:
        metrics.figures_from(None)
    assert code == 200
    assert values(text)["doorward_store_up"] == 0
    assert "doorward_events_total{" in text
