"""An event made quickly is an event like any other."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent, event_of

SAID = (datetime(2026, 3, 2, tzinfo=UTC), "auth", Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK)


def test_an_event_made_quickly_is_one_made_the_usual_way() -> None:
    quick, usual = event_of(*SAID, person="p", probe=True), SignInEvent(*SAID, person="p", probe=True)
    assert type(quick) is SignInEvent
    assert (quick, hash(quick), repr(quick)) == (usual, hash(usual), repr(usual))
    assert replace(quick, person=None) == SignInEvent(*SAID, probe=True)


def test_it_is_frozen_too() -> None:
    with pytest.raises(FrozenInstanceError):
        event_of(*SAID).person = "q"  # type: ignore[misc]
