"""`doorward incident …`, `diagnose`, `recover`, `review` on a real store."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorward.model.entry import Asked, Declared, Diagnosed, EntryBody, Planned, Recovered
from tests.commands.conftest import Run
from tests.review import story

pytestmark = pytest.mark.usefixtures("store", "config")


def declare(*bodies: EntryBody) -> None:
    """An incident with these further entries."""
    from doorward.store import log

    first = Declared("Test service", "People are sent back", "first-of-its-kind", story.rejections())
    log.append(story.ID, "doorward", datetime.now(UTC), [first, *bodies])


def test_without_incidents_the_list_is_empty_and_the_rest_says_so(doorward: Run) -> None:
    assert doorward("incident", "list").code == 0
    for command in (("incident", "show"), ("diagnose",), ("recover",), ("review",), ("incident", "ack")):
        said = doorward(*command)
        assert said.code == 2
        assert "there is no incident yet" in said.err


def test_an_open_incident_ends_with_one_and_a_resolved_one_with_nought(doorward: Run) -> None:
    declare()
    assert doorward("incident", "list").code == 1
    assert doorward("incident", "show", "last").code == 1
    assert doorward("incident", "resolve", "--reason", "a drill").code == 0
    assert doorward("incident", "list").code == 0
    said = doorward("incident", "resolve")
    assert said.code == 1
    assert "is resolved" in said.err


def test_what_people_say_stands_in_the_log_which_holds(doorward: Run) -> None:
    declare()
    assert doorward("incident", "ack", story.ID, "--note", "on my way").code == 0
    assert doorward("incident", "note", story.ID, "called the provider").code == 0
    lines = [json.loads(line) for line in doorward("incident", "log").out.splitlines()]
    assert [line["kind"] for line in lines] == ["declared", "acknowledged", "noted"]
    assert lines[2]["previous"] == lines[1]["hash"]
    said = doorward("incident", "verify")
    assert (said.code, said.out.split(":")[1].split()[0]) == (0, "3")


def test_a_log_whose_end_was_cut_off_is_told_with_exit_one(doorward: Run, store: Path) -> None:
    declare()
    doorward("incident", "note", "last", "something")
    (store / "log.anchor").write_text(f"7 {'0' * 64}\n")
    said = doorward("incident", "verify")
    assert said.code == 1
    assert "its end was cut off" in said.err


def test_an_incident_that_does_not_exist_names_those_that_do(doorward: Run) -> None:
    declare()
    said = doorward("incident", "show", "2020-01-01-1")
    assert said.code == 2
    assert story.ID in said.err


def test_a_differential_is_told_in_words_and_in_json(doorward: Run) -> None:
    declare()
    assert doorward("diagnose").code == 1
    from doorward.store import log

    log.append(story.ID, "doorward", datetime.now(UTC), [Diagnosed(story.differential(), None)])
    said = doorward("diagnose")
    assert said.code == 0
    assert "configuration" in said.out
    assert json.loads(doorward("diagnose", "--format", "json").out)["conclusion"] == "configuration"


def test_what_was_kept_of_each_round_is_judged_again_and_nothing_is_written(doorward: Run, store: Path) -> None:
    declare()
    said = doorward("diagnose", "--again")
    assert (said.code, said.out) == (1, "nothing was kept to judge again\n")
    from doorward.diagnose import Observations
    from doorward.store import log
    from doorward.wiring.rounds import Rounds

    Rounds(store).keep(story.ID, datetime.now(UTC), Observations(detections=(story.rejections(),)))
    said = doorward("diagnose", "--again", "--explain")
    assert said.code == 0
    assert "cannot-tell: " in said.err
    assert "Conclusion at" in said.out
    assert [entry.kind for entry in log.entries(story.ID)] == ["declared"]


def test_recover_shows_first_and_approves_only_when_asked_to(doorward: Run) -> None:
    declare()
    assert doorward("recover").code == 1
    from doorward.store import log

    log.append(story.ID, "doorward", datetime.now(UTC), [Planned(story.plan()), Asked("May it?")])
    shown = doorward("recover")
    assert shown.code == 0
    assert "nothing was changed" in shown.out
    assert doorward("recover", "--apply").code == 0
    incident = log.incident(story.ID)
    assert incident is not None
    assert incident.approved_plan == story.PLAN
    again = doorward("recover", "--apply")
    assert again.code == 1
    assert "approved already" in again.err


def test_the_plan_of_an_incident_that_is_over_is_not_approved(doorward: Run) -> None:
    declare(Planned(story.plan()), Asked("May it?"), Recovered("mended by hand"))
    said = doorward("recover", "--apply")
    assert said.code == 1
    assert "not needed any more" in said.err


def test_the_postmortem_comes_in_each_form(doorward: Run) -> None:
    declare()
    assert doorward("review").out.startswith("#")
    assert doorward("review", "--format", "html").out.lstrip().lower().startswith("<!doctype html>")
    assert json.loads(doorward("review", "--format", "json").out)["incident"] == story.ID
    assert doorward("review", "--format", "pdf").code == 2


def test_a_format_that_is_not_known_is_wrong_use(doorward: Run) -> None:
    assert doorward("incident", "list", "--format", "yaml").code == 2
