"""Database: what its examination and the log's exceptions say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose.causes.database import CAUSE, has_kept_its_tables
from doorward.diagnose.conclusion import differential
from doorward.diagnose.examined import CodeExamined, DatabaseExamined, Examination, NotExamined, SchemaExamined
from doorward.model.detection import Signal
from doorward.model.diagnosis import Verdict
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py
WELL = DatabaseExamined("auth", "sqlite", True, "", 0.3, True, False, 0.5)


def test_a_database_in_good_health_is_ruled_out_with_its_figures(world: World) -> None:
    hypothesis = CAUSE.judge(world.healthy())
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert "write lock had in 0.5 ms" in hypothesis.reason


def test_sessions_that_wait_a_moment_for_a_lock_are_of_every_day(world: World) -> None:
    brief = replace(WELL, kind="postgresql", waiting=2, waited_s=0.1)
    assert CAUSE.judge(world.instead(world.healthy(), brief)).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (replace(WELL, opened=False, problem="unable to open database file"), "does not open"),
        (replace(WELL, locked=True, lock_ms=1002.0), "not had within 1002 ms"),
        (replace(WELL, intact=False), "damage"),
        (replace(WELL, kind="postgresql", writable=False), "takes no writes"),
        (
            replace(WELL, kind="postgresql", waiting=7, waited_s=14.2),
            "7 sessions wait for a lock, the longest for 14 s",
        ),
        (DatabaseExamined("auth", "postgresql", True, "", 0.5, connections=98, connections_most=100), "98 of 100"),
    ],
)
def test_one_sick_database_is_supported_though_the_other_is_well(
    world: World, result: DatabaseExamined, said: str
) -> None:
    hypothesis = CAUSE.judge(world.instead(world.healthy(), result))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert hypothesis.component == "auth"
    assert said in hypothesis.reason
    assert hypothesis.remedy is None


def test_a_slow_database_needs_the_logs_word_to_be_supported(world: World) -> None:
    slow = world.instead(world.healthy(), replace(WELL, lock_ms=800.0))
    assert CAUSE.judge(slow).verdict is Verdict.OPEN
    during = world.now_as_usual(exceptions=(("OperationalError", 7),))
    assert CAUSE.judge(replace(slow, during=during)).verdict is Verdict.SUPPORTED


def test_exceptions_in_the_log_keep_a_database_that_is_well_by_now_from_being_ruled_out(world: World) -> None:
    during = world.now_as_usual(exceptions=(("OperationalError", 7),))
    assert CAUSE.judge(replace(world.healthy(), during=during)).verdict is Verdict.OPEN


def test_other_exceptions_say_nothing_of_a_database(world: World) -> None:
    assert CAUSE.judge(world.gone_serializer()).verdict is Verdict.RULED_OUT


def test_a_database_that_could_not_be_examined_is_not_ruled_out(world: World) -> None:
    kept = tuple(r for r in world.healthy().examinations if not isinstance(r, DatabaseExamined))
    unseen = NotExamined(Examination.DATABASE, "auth", "psycopg is not installed")
    none = CAUSE.judge(replace(world.healthy(), examinations=(*kept, unseen)))
    half = CAUSE.judge(replace(world.healthy(), examinations=(*kept, unseen, replace(WELL, component="portal"))))
    assert none.verdict is Verdict.NOT_TESTABLE
    assert half.verdict is Verdict.NOT_TESTABLE
    assert "psycopg" in half.reason


def test_a_component_without_a_database_is_no_gap(world: World) -> None:
    without = NotExamined(Examination.DATABASE, "proxy", "no database is configured", applies=False)
    observed = replace(world.healthy(), examinations=(*world.healthy().examinations, without))
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def test_a_log_full_of_its_exceptions_outweighs_one_look_at_it(world: World) -> None:
    during = world.now_as_usual(exceptions=(("OperationalError", 60),))
    assert CAUSE.judge(replace(world.healthy(), during=during)).verdict is Verdict.SUPPORTED


def test_a_table_that_is_gone_settles_it_though_all_else_is_well(world: World) -> None:
    hypothesis = CAUSE.judge(world.instead(world.healthy(), SchemaExamined("auth", ("people.name",))))
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert "django_session" in hypothesis.reason
    more = SchemaExamined("auth", (*world.healthy().of(SchemaExamined)[0].columns, "people.nickname"))
    assert CAUSE.judge(world.instead(world.healthy(), more)).verdict is Verdict.RULED_OUT


def test_an_address_that_leads_to_several_servers_since_all_was_well_settles_it(world: World) -> None:
    two = SchemaExamined("auth", ("people.name",), servers=2)
    split = world.instead(world.healthy(), two)
    hypothesis = CAUSE.judge(split)
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert "lead to 2 servers" in hypothesis.reason
    always = replace(split, before=(two, *split.before))
    assert CAUSE.judge(always).verdict is Verdict.RULED_OUT


def test_a_table_that_others_refer_to_and_that_is_empty_now_settles_it_unless_its_code_is_new(world: World) -> None:
    now = world.healthy().of(SchemaExamined)[0]
    kept = tuple(one for one in world.healthy().before if one != now)
    observed = replace(world.healthy(), before=(*kept, replace(now, filled=("client",))))
    empty = world.instead(observed, replace(now, filled=()))
    hypothesis = CAUSE.judge(empty)
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert "client" in hypothesis.reason
    new_code = CodeExamined("auth", world.onset, "views.py", 121, "fedcba987654")
    assert CAUSE.judge(world.instead(empty, new_code)).verdict is Verdict.RULED_OUT
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def test_a_right_that_was_taken_away_settles_it(world: World) -> None:
    rights = SchemaExamined("auth", ("people.name",), ("people.auth.SELECT", "people.auth.UPDATE"))
    observed = replace(world.instead(world.healthy(), replace(rights, rights=rights.rights[:1])), before=(rights,))
    hypothesis = CAUSE.judge(observed)
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert "rights were taken away since all was well, on people" in hypothesis.reason


def test_rows_that_are_not_what_they_were_are_told_when_nothing_else_is_left(world: World) -> None:
    during = world.now_as_usual(
        failures={(Kind.REQUEST, Reason.SERVER_ERROR): 19}, sign_ins=0, typed=0, exceptions=(("InvalidHashError", 19),)
    )
    parts = (world.part("browser", "firefox", 9, 20, (10, 26)), world.part("browser", "chrome", 10, 26, (9, 20)))
    observed = replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),), during=during, parts=parts)
    assert CAUSE.judge(observed).verdict is Verdict.OPEN
    assert differential(observed, world.now).conclusion == "database"
    assert differential(replace(observed, suspects=(world.suspect(),)), world.now).conclusion != "database"


def test_exceptions_about_what_a_provider_answers_say_nothing_of_our_rows(world: World) -> None:
    during = world.now_as_usual(exceptions=(("ProviderFault", 5),))
    observed = replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),), during=during)
    assert "content" not in {item.test for item in CAUSE.judge(observed).evidence}
    rows = replace(observed, during=world.now_as_usual(exceptions=(("InvalidHashError", 5),)))
    assert "content" in {item.test for item in CAUSE.judge(rows).evidence}


def test_where_nobody_is_believed_any_more_the_passwords_kept_are_suspected(world: World) -> None:
    observed = replace(
        world.healthy(),
        detections=(world.detection(Signal.SIGN_IN_FAILURES, "wrong-password"),),
        probes=(world.probe(ProbeOutcome.FAILED, "wrong-password"),),
        during=world.now_as_usual(sign_ins=30, typed=30),
    )
    assert "content" in {item.test for item in CAUSE.judge(observed).evidence}
    believed = replace(observed, during=world.now_as_usual(sign_ins=30, typed=10))
    assert "content" not in {item.test for item in CAUSE.judge(believed).evidence}


def test_accounts_that_are_closed_though_nobody_closed_them_are_the_rows(world: World) -> None:
    closed = {(Kind.SIGN_IN, Reason.INACTIVE): 20}
    observed = replace(
        world.healthy(),
        detections=(world.detection(Signal.SIGN_IN_FAILURES, "typed"),),
        during=world.now_as_usual(sign_ins=24, failures=closed),
    )
    assert differential(observed, world.now).conclusion == "database"


def test_statements_that_take_seconds_and_what_was_put_on_a_table_speak_for_it(world: World) -> None:
    slow = DatabaseExamined("auth", "postgresql", True, select_ms=0.3, writable=True, running=4, ran_s=4.5)
    schema = SchemaExamined("auth", ("people.name",), things=("index people.by_name",))
    then = replace(world.healthy(), before=(*world.healthy().before, schema))
    then = replace(then, before=tuple(r for r in then.before if type(r) is not SchemaExamined or r.things))
    made = replace(schema, things=(*schema.things, "trigger people.note"))
    observed = replace(world.instead(then, slow, made), detections=(world.detection(Signal.LATENCY),))
    hypothesis = CAUSE.judge(observed)
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert {item.test: item.weight for item in hypothesis.evidence if item.weight == 2.0} == {
        "database": 2.0,
        "things": 2.0,
    }
    one = replace(slow, running=1)
    assert "database" not in {i.test for i in CAUSE.judge(world.instead(observed, one)).evidence if i.weight == 2.0}


def test_a_new_index_takes_nothing_and_one_that_is_gone_does(world: World) -> None:
    before = SchemaExamined("auth", (), things=("index people.by_name",))
    assert replace(before, things=()).unmade(before) == ("index people.by_name",)
    assert replace(before, things=("index people.by_mail",)).made(before) == ()
    assert before.made(None) == before.unmade(None) == ()


def unique_index_beside_a_release_of(world: World, released: str) -> Any:
    """A unique index on the provider's tokens and new code of that component, both since all was well."""
    before = SchemaExamined("auth", ("tokens.person",), things=("index tokens.by_person",))
    then = world.healthy()
    kept = tuple(one for one in then.before if type(one) is not SchemaExamined or one.component != "auth")
    code = CodeExamined(released, world.onset, "views.py", 120, "fedcba987654")
    made = replace(before, things=(*before.things, "unique index tokens.one"))
    return world.instead(replace(then, before=(*kept, before)), code, made)


@pytest.mark.parametrize(("released", "weight"), [("portal", 2.0), ("auth", 1.0)])
def test_what_is_put_on_a_table_may_be_the_migration_of_its_own_code_only(
    world: World, released: str, weight: float
) -> None:
    observed = unique_index_beside_a_release_of(world, released)
    assert [item.weight for item in CAUSE.judge(observed).evidence if item.test == "things"] == [weight]
    assert has_kept_its_tables(observed, "auth") is (released == "auth")


@pytest.mark.parametrize(("released", "conclusion"), [("portal", "database"), ("auth", "deploy")])
def test_writes_refused_by_a_rule_that_no_code_brought_are_the_databases(
    world: World, released: str, conclusion: str
) -> None:
    observed = replace(
        unique_index_beside_a_release_of(world, released),
        during=world.now_as_usual(exceptions=(("IntegrityError", 4), ("ProviderFault", 2))),
        detections=(world.detection(Signal.SIGN_IN_FAILURES),),
    )
    assert differential(observed, world.now).conclusion == conclusion
