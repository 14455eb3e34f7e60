"""Events as OCSF 3002, and back."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from doorward.systems import system
from doorward.watch.ocsf import ocsf

AUTHENTICATION = (Kind.SIGN_IN, Kind.SIGN_OUT, Kind.TOKEN, Kind.SESSION)
# Required by the class in OCSF 1.3, and at least one of service and dst_endpoint.
REQUIRED = {
    "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "user", "service",
}  # fmt: skip
_HASH = st.none() | st.text("0123456789abcdef", min_size=16, max_size=16)
_EVENTS = st.builds(
    SignInEvent,
    at=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001  # made aware below
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
    ),
    component=st.just("door"),
    kind=st.sampled_from(AUTHENTICATION),
    outcome=st.sampled_from(Outcome),
    reason=st.sampled_from(Reason),
    reason_raw=st.sampled_from(["", "0xc0000064", "invalid_code"]),
    person=_HASH,
    session=_HASH,
    source=_HASH,
    client=st.sampled_from([None, "portal"]),
    provider=st.sampled_from([None, "google-oauth2"]),
    agent=st.sampled_from([None, "firefox", "samsung", "bot", "other"]),
    probe=st.booleans(),
)


@given(_EVENTS)
def test_an_event_that_is_written_and_read_back_is_the_same(event: SignInEvent) -> None:
    written = ocsf(event)
    assert written is not None
    assert written.keys() >= REQUIRED
    assert written["type_uid"] == 300200 + int(str(written["activity_id"]))
    assert system("ocsf").parser()(msgspec.json.encode(written), "door") == event


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in AUTHENTICATION])
def test_what_is_no_authentication_has_no_place_in_the_class(kind: Kind) -> None:
    assert ocsf(SignInEvent(datetime.now(UTC), "door", kind, Outcome.SUCCESS, Reason.OK)) is None


def test_names_that_another_product_writes_are_hashed_even_if_they_look_like_hashes() -> None:
    line = b'{"class_uid":3002,"activity_id":1,"status_id":1,"time":1,"user":{"uid":"deadbeefdeadbeef"}}'
    event = system("ocsf").parser()(line, "door")
    assert event is not None
    assert event.person not in (None, "deadbeefdeadbeef")
