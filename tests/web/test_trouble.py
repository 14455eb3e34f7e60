"""When Doorward itself has trouble, a page says so and what goes on; never a traceback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client

from doorward.errors import CapabilityMissing, LogBroken
from doorward.settings import Settings
from doorward.web import trouble

from .test_views import PAGES


@pytest.fixture
def _no_store(operator: Client, guarded: Settings) -> Iterator[None]:
    """A database whose directory is gone."""
    connections.close_all()
    kept = dict(connections["default"].settings_dict)
    connections["default"].settings_dict["NAME"] = str(guarded.state / "gone" / "doorward.sqlite3")
    yield
    connections.close_all()
    connections["default"].settings_dict.update(kept)


@pytest.mark.usefixtures("_no_store")
@pytest.mark.parametrize("address", [*PAGES, "/sign-in/"])
def test_without_its_store_a_page_says_so_and_what_goes_on(operator: Client, address: str) -> None:
    answer = operator.get(address)
    assert answer.status_code == 503
    assert b"cannot reach its own database" in answer.content
    assert b"paging go on" in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.usefixtures("_no_store")
def test_without_its_store_health_is_503_and_names_it(operator: Client) -> None:
    answer = operator.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["status"] == "store-unavailable"


def test_a_log_that_does_not_read_is_said_to_be_the_trouble() -> None:
    answer = trouble.page(LogBroken("line 7 is missing"))
    assert answer.status_code == 503
    assert b"line 7 is missing" in answer.content


@pytest.mark.parametrize(("error", "status"), [(CapabilityMissing("no such thing"), 404), (ValueError("secret"), 500)])
def test_other_errors_keep_their_inner_words_to_themselves(error: Exception, status: int) -> None:
    answer = trouble.page(error)
    assert answer.status_code == status
    assert b"secret" not in answer.content
