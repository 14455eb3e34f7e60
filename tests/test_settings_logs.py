"""What a component's log options may say, and what is refused before a line is read."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from doorward.model.sign_in import Outcome, Reason
from doorward.settings_logs import LogOptionsTable, MappingTable

MAPPING = {"name": "own", "format": "json", "fields": {"time": "t"}}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"time_zone": "Moon/Base"}, "is not a time zone"),
        ({"time_zone": "../etc/passwd"}, "is not a time zone"),
        ({"route": [{"name": "a", "path": "("}]}, "is not a regular expression"),
        ({"mapping": [{**MAPPING, "format": "regex"}]}, "a regex needs `pattern`"),
        ({"mapping": [{**MAPPING, "pattern": "x"}]}, "nothing else takes one"),
        ({"mapping": [{**MAPPING, "fields": {"time": "t", "preson": "p"}}]}, "no field is called preson"),
        ({"mapping": [{**MAPPING, "fields": {"person": "p"}}]}, "must say where the time is"),
        ({"mapping": [{**MAPPING, "reasons": {"a": "wrong-pasword"}}]}, "wrong-password"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_read_with_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        LogOptionsTable.model_validate(options)


def test_a_reason_that_is_ok_is_a_success_and_any_other_a_failure() -> None:
    table = MappingTable.model_validate({**MAPPING, "reasons": {"fine": "ok", "pin": "wrong-password"}})
    rules = LogOptionsTable(mapping=(table,)).options(b"k").mappings[0].reasons
    assert [(rule.reason, rule.outcome) for rule in rules] == [
        (Reason.OK, Outcome.SUCCESS),
        (Reason.WRONG_PASSWORD, Outcome.FAILURE),
    ]


def test_the_key_of_the_hashes_is_never_shown() -> None:
    assert "hunter2" not in repr(LogOptionsTable().options(b"hunter2", None, ("hunter2",)))
