"""Whatever is typed as a name and from whatever address: no event, error, shape or explanation shows either."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.log_line.said import events
from doorward.systems import system
from doorward.watch.explained import explained, told
from doorward.watch.ocsf import ocsf
from doorward.watch.shape import shape
from tests.log_cases import Case, cases

# Lines that name a person or an address in clear.
NAMING = [case for case in cases() if case.expected.get("person") or case.expected.get("source")]
KINDS = sorted({case.kind for case in NAMING})
# No word of any log; what stands around it tries to pass for more than a name.
MARK = "zqx7"
AROUND = st.text("ab9 .@-_'\"\\|,;:=()[]{}<>%/", max_size=12)
NAMES = st.builds(lambda before, core, after: f"{before}{MARK}{core}{after}", AROUND, st.integers(0, 999), AROUND)
ADDRESSES = st.integers(1, 2**32 - 1).map(lambda n: ".".join(str(n >> shift & 255) for shift in (24, 16, 8, 0)))


def _with(case: Case, name: str, address: str) -> bytes:
    """The case's line with another name and address, escaped as JSON does where the line is JSON."""
    text = case.text.decode()
    person, source = str(case.expected.get("person") or ""), str(case.expected.get("source") or "")
    if text.startswith("{"):
        name = json.dumps(name)[1:-1]
    if person:
        text = text.replace(person, name)
    return (text.replace(source, address) if source else text).encode()


def _shown(case: Case, line: bytes) -> str:
    """Everything that leaves the reader."""
    found = system(case.kind)
    shown = [shape(line)]
    try:
        event = found.parser(case.options)(line, "door")
    except ValueError as error:
        return f"{shown} {error}"
    if event is not None:
        shown += [repr(event), msgspec.json.encode(event).decode(), json.dumps(ocsf(event))]
    assert found.log is not None
    read, make = found.log.reads(case.options), events(case.options)
    explanation = explained(
        [line], lambda text: None if (said := read(text)) is None else (make(said, "door"), said.pattern)
    )
    return " ".join([*shown, *told(explanation, case.kind, found.log.times, found.log.origins)])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), name=NAMES, address=ADDRESSES)
def test_no_name_and_no_address_leaves_the_reader(kind: str, data: st.DataObject, name: str, address: str) -> None:
    case = data.draw(st.sampled_from([case for case in NAMING if case.kind == kind]))
    shown = _shown(case, _with(case, name, address))
    assert MARK not in shown
    if case.expected.get("source"):
        assert address not in shown


@pytest.mark.parametrize("case", NAMING, ids=lambda case: case.id)
def test_the_names_of_the_cases_are_not_shown(case: Case) -> None:
    shown = _shown(case, case.text)
    person, source = case.expected.get("person"), case.expected.get("source")
    # Shorter names are parts of words.
    assert not person or len(str(person)) < 5 or str(person) not in shown
    assert not source or str(source) not in shown


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(line=st.binary(max_size=200), data=st.data())
def test_no_bytes_break_a_reader_otherwise_than_by_a_value_error(kind: str, line: bytes, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from([case for case in NAMING if case.kind == kind]))
    cut = data.draw(st.integers(0, len(case.text)))
    for text in (line, case.text[:cut] + line, line + case.text[cut:]):
        try:
            system(kind).parser(case.options)(text, "door")
        except ValueError:
            continue
