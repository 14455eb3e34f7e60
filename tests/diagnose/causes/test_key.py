"""Key: certificates, keys served, files with keys, and what is refused for its signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.diagnose.causes.configuration import CAUSE as CONFIGURATION
from doorward.diagnose.causes.key import CAUSE
from doorward.diagnose.conclusion import differential
from doorward.diagnose.examined import CodeExamined, IssuerExamined, KeyFile, KeysExamined, TlsExamined
from doorward.diagnose.examined_process import Bound, SurroundingsExamined
from doorward.diagnose.nodes import Node
from doorward.diagnose.observations import Observations
from doorward.model.detection import Signal
from doorward.model.diagnosis import Verdict
from doorward.model.journey import ProbeOutcome
from doorward.model.sign_in import Kind, Reason

World = Any  # the builders of conftest.py
ISSUER = "http://127.0.0.1:8001/o"


def refused(world: World, reason: Reason = Reason.TOKEN_REFUSED) -> Observations:
    """Tokens are refused; why is up to what is put in place."""
    during = world.now_as_usual(failures={(Kind.TOKEN, reason): 18})
    return replace(world.healthy(), detections=(world.detection(Signal.SIGN_IN_FAILURES),), during=during)


def test_the_keys_of_before_and_nothing_refused_rule_it_out(world: World) -> None:
    hypothesis = CAUSE.judge(world.healthy())
    assert hypothesis.verdict is Verdict.RULED_OUT
    assert "the keys of before (k1)" in hypothesis.reason


def test_refused_tokens_under_the_keys_of_before_are_another_causes(world: World) -> None:
    assert CAUSE.judge(refused(world)).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize("keys", [("k2",), ()])
def test_keys_replaced_without_overlap_are_supported(world: World, keys: tuple[str, ...]) -> None:
    served = IssuerExamined("auth", ISSUER, 200, 12.0, "" if keys else "the key set holds no key", ISSUER, keys)
    hypothesis = CAUSE.judge(world.instead(refused(world), served))
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")


def test_a_new_key_beside_the_old_one_is_how_it_should_be_done(world: World) -> None:
    served = IssuerExamined("auth", ISSUER, 200, 12.0, "", ISSUER, ("k1", "k2"))
    assert CAUSE.judge(world.instead(refused(world), served)).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize("problem", ["certificate has expired", "self-signed certificate", "Hostname mismatch"])
def test_a_certificate_that_is_not_believed_is_supported(world: World, problem: str) -> None:
    shown = TlsExamined("auth", "127.0.0.1:8001", problem, world.onset - timedelta(days=1), 4.0)
    observed = replace(refused(world), examinations=(shown,))
    assert CAUSE.judge(observed).verdict is Verdict.SUPPORTED


def test_an_address_that_does_not_answer_says_nothing_of_its_certificate(world: World) -> None:
    silent = TlsExamined("auth", "127.0.0.1:8001", "no answer within 1.2 s", None, 1200.0, shown=False)
    told = CAUSE.judge(replace(world.healthy(), examinations=(silent,))).evidence
    assert [item.weight for item in told if item.test == "certificate"] == [0.0]


def changed(world: World, before_onset_s: float, digest: str = "d2") -> KeysExamined:
    """Auth's signing key, written so many seconds before the onset."""
    return KeysExamined(
        "auth", (KeyFile("signing.pem", world.onset - timedelta(seconds=before_onset_s), digest),), world.now
    )


def test_a_key_that_was_replaced_just_before_what_it_signed_is_refused_is_supported(world: World) -> None:
    hypothesis = CAUSE.judge(world.instead(refused(world, Reason.SESSION_UNREADABLE), changed(world, 20)))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert any("signing.pem changed 20 s before" in item.seen for item in hypothesis.evidence)


def test_a_key_file_that_was_only_touched_says_nothing(world: World) -> None:
    observed = world.instead(refused(world), changed(world, 20, digest="d1"))
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT


def test_a_key_that_changes_to_and_fro_is_told_also_where_it_is_put_back_at_the_moment(world: World) -> None:
    put_back = world.instead(refused(world), changed(world, -6, digest="d1"))
    assert CAUSE.judge(put_back).verdict is Verdict.RULED_OUT
    hypothesis = CAUSE.judge(replace(put_back, keys=(changed(world, 2),)))
    assert hypothesis.verdict is Verdict.SUPPORTED
    assert any("signing.pem changed to and fro 2 s before" in item.seen for item in hypothesis.evidence)


def test_a_certificate_in_a_file_that_has_ended_is_told(world: World) -> None:
    ended = KeyFile("tls.pem", world.onset - timedelta(days=90), "d1", world.now - timedelta(hours=1))
    hypothesis = CAUSE.judge(world.instead(refused(world), KeysExamined("auth", (ended,), world.now)))
    assert "tls.pem ended" in "".join(item.seen for item in hypothesis.evidence)


def test_where_no_key_is_named_refused_tokens_cannot_be_traced(world: World) -> None:
    blind = replace(refused(world), examinations=(), before=())
    assert CAUSE.judge(blind).verdict is Verdict.NOT_TESTABLE
    assert CAUSE.judge(replace(blind, during=world.now_as_usual())).verdict is Verdict.OPEN


def test_a_changed_secret_that_a_sound_database_refuses_explains_the_databases_signs(world: World) -> None:
    during = world.now_as_usual(
        failures={(Kind.REQUEST, Reason.SERVER_ERROR): 19}, exceptions=(("OperationalError", 19),)
    )
    changed = KeysExamined("auth", (KeyFile("signing.pem", world.onset - timedelta(seconds=5), "d2"),), world.now)
    failing = replace(world.healthy(), detections=(world.detection(Signal.SERVER_ERRORS),), during=during)
    assert differential(world.instead(failing, changed), world.now).conclusion == "key"
    assert differential(failing, world.now).conclusion == "database"


def surrounded(world: World, name: str, component: str = "portal") -> Observations:
    """A process that was started anew two seconds before the onset, with another variable of that name."""
    bounds = (Bound("open files", 1024.0),)
    long_ago, now = world.onset - timedelta(hours=9), world.onset - timedelta(seconds=2)
    before = SurroundingsExamined(component, 100, long_ago, (("HOME", "d0"), (name, "d1")), bounds)
    after = SurroundingsExamined(component, 200, now, (("HOME", "d0"), (name, "d2")), bounds)
    observed = replace(
        world.healthy(),
        detections=(world.detection(Signal.SERVER_ERRORS),),
        during=world.now_as_usual(failures={(Kind.SIGN_IN, Reason.PROVIDER_ERROR): 20}, sign_ins=25),
    )
    return replace(world.instead(observed, after), before=(*observed.before, before))


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CLIENT_SECRET", "SIGNING_KEY_FILE"])
def test_a_process_that_was_started_anew_with_other_authorities_or_secrets_is_told(world: World, name: str) -> None:
    hypothesis = CAUSE.judge(surrounded(world, name))
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "portal")
    assert name in next(item.seen for item in hypothesis.evidence if item.test == "environment")


def test_another_variable_is_a_setting_and_no_key(world: World) -> None:
    observed = surrounded(world, "HTTP_PROXY")
    assert CAUSE.judge(observed).verdict is Verdict.RULED_OUT
    told = CONFIGURATION.judge(observed)
    assert told.component == "portal"
    assert (told.evidence[0].test, told.evidence[0].weight) == ("environment", 2.0)


def test_a_key_file_under_which_people_signed_in_weighs_nothing_where_nothing_is_refused_for_it(world: World) -> None:
    observed = replace(world.healthy(), detections=(world.detection(Signal.SIGN_IN_FAILURES),))
    written, released = (world.onset - timedelta(seconds=s) for s in (9, 1))
    rotated = world.instead(observed, KeysExamined("auth", (KeyFile("signing.pem", written, "d2"),), world.now))

    def weights(seen: Observations) -> dict[str, float]:
        return {item.test: item.signed_weight for item in CAUSE.judge(seen).evidence if item.signed_weight}

    assert weights(rotated) == {"file": 2}
    code = CodeExamined("portal", released, "views.py", 120, "fedcba987654")
    assert weights(world.instead(rotated, code)) == {"file": 1, "reasons": -1}
    during = world.now_as_usual(failures={(Kind.TOKEN, Reason.TOKEN_REFUSED): 18})
    assert CAUSE.judge(replace(rotated, during=during)).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("reason", "weight"), [("tls-certificate-expired", 4.0), ("tls-untrusted", 4.0), ("id-token-key-unknown", 2.0)]
)
def test_what_a_trial_sign_in_met_counts_though_the_examination_came_by_another_node(
    world: World, reason: str, weight: float
) -> None:
    observed = replace(world.healthy(), probes=(world.probe(ProbeOutcome.FAILED, reason),))
    assert [item.weight for item in CAUSE.judge(observed).evidence if item.test == "met"] == [weight]
    assert not [item for item in CAUSE.judge(world.healthy()).evidence if item.test == "met"]


def test_a_node_that_alone_is_refused_for_its_secret_is_told_though_every_file_is_as_it_was(world: World) -> None:
    joined_at, long_ago = world.onset - timedelta(seconds=4), world.onset - timedelta(days=1)
    others = Node("portal", "aaaaaaaaaaaa", long_ago, tried=200)
    refuses = Node("portal", "bbbbbbbbbbbb", joined_at, tried=90, failed=18, sealed=18)
    hypothesis = CAUSE.judge(replace(refused(world), nodes=(refuses, others)))
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "portal")
    changed_file = replace(refused(world), nodes=(refuses, others), suspects=(world.suspect(),))
    assert CAUSE.judge(changed_file).verdict is Verdict.RULED_OUT
    of_other_kind = replace(refuses, sealed=0, refused=18)
    assert CAUSE.judge(replace(refused(world), nodes=(of_other_kind, others))).verdict is Verdict.RULED_OUT


def test_a_node_that_names_places_by_another_key_is_told_though_nothing_signed_is_refused(world: World) -> None:
    joined_at, long_ago = world.onset - timedelta(seconds=1), world.onset - timedelta(days=1)
    others = Node("auth", "aaaaaaaaaaaa", long_ago, tried=57, failed=8, strange=15)
    renames = Node("auth", "bbbbbbbbbbbb", joined_at, tried=51, failed=39, sealed=39, strange=10)
    hypothesis = CAUSE.judge(
        replace(world.healthy(), detections=(world.detection(Signal.SESSION_REJECTIONS),), nodes=(renames, others))
    )
    assert (hypothesis.verdict, hypothesis.component) == (Verdict.SUPPORTED, "auth")
    assert "of 10 places that it names" in hypothesis.reason


def test_a_key_set_that_fails_since_a_key_changed_outdoes_the_new_exceptions(world: World) -> None:
    failing = IssuerExamined("auth", ISSUER, 500, 12.0, "the key set: HTTP 500", ISSUER)
    observed = world.instead(refused(world, Reason.PROVIDER_ERROR), failing)
    assert not [item for item in CAUSE.judge(observed).evidence if item.test == "key set"]
    loaded_at = world.onset - timedelta(seconds=2)
    was, now = (
        KeysExamined("auth", (KeyFile("signing-key.pem", at, digest),), world.now)
        for at, digest in ((loaded_at - timedelta(days=3), "a"), (loaded_at, "b"))
    )
    others = tuple(one for one in observed.before if one != observed.earlier(KeysExamined, "auth"))
    changed = replace(world.instead(observed, now), before=(*others, was))
    assert [item.weight for item in CAUSE.judge(changed).evidence if item.test == "key set"] == [2.0]
