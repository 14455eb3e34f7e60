"""What a differential was made from is kept whole, and tells no account."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from doorward.diagnose import differential, record
from doorward.diagnose.examined import SchemaExamined

World = Any  # the builders of conftest.py


@pytest.mark.parametrize("scene", ["healthy", "network_binding", "gone_serializer"])
def test_what_was_observed_comes_back_and_is_judged_alike(world: World, scene: str) -> None:
    observed = getattr(world, scene)()
    read = record.decode(record.encode(observed))
    assert read == observed
    assert differential(read, world.now) == differential(observed, world.now)


def test_rights_are_told_apart_and_name_no_account(world: World) -> None:
    before = SchemaExamined("auth", ("people.name",), ("people.registrar.SELECT", "people.registrar.UPDATE"))
    now = replace(before, rights=before.rights[:1])
    line = record.encode(replace(world.instead(world.healthy(), now), before=(before,)))
    assert b"registrar" not in line
    read = record.decode(line)
    (kept,) = (one for one in read.of(SchemaExamined) if one.component == "auth" and one.rights)
    assert kept.closed(read.earlier(SchemaExamined, "auth")) == ("people",)


def test_an_examination_that_is_not_known_any_more_is_left_out(world: World) -> None:
    told = json.loads(record.encode(world.healthy()))
    told["examinations"].append(["OracleExamined", {"component": "auth"}])
    assert record.decode(json.dumps(told).encode()) == world.healthy()


def test_a_line_that_was_cut_short_is_a_value_error(world: World) -> None:
    with pytest.raises(ValueError, match=r".+"):
        record.decode(record.encode(world.healthy())[:-40])
