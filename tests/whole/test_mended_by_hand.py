"""An incident that somebody else mends is seen to recover, and a fault that lasts is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from doorward.model.entry import Recovered
from tests.whole.guarded import site, until

pytestmark = pytest.mark.xdist_group("whole")


def test_a_fault_that_a_person_mended_is_seen_to_be_over_and_nothing_is_applied(tmp_path: Path) -> None:
    with site(tmp_path, approval="ask") as made:
        made.serve()
        made.guard()
        until(made.is_proved, 30, "the configuration is proved good")
        made.set_prefix(32)
        until(lambda: "asked" in made.kinds(), 30, "Doorward asks whether it may repair")
        asked_at = made.entries()[-1].at
        refused = len(made.log.read_text().split("network-changed"))
        until(lambda: len(made.log.read_text().split("network-changed")) > refused + 60, 30, "people go on being hurt")
        assert "recovered" not in made.kinds()

        made.set_prefix(24)
        until(lambda: "recovered" in made.kinds(), 90, "Doorward sees that it is over")
        recovered = next(entry for entry in made.entries() if isinstance(entry.body, Recovered))
        assert recovered.body.reason == "signals are back in their usual course without a repair by Doorward"
        assert recovered.at - asked_at >= timedelta(seconds=3)
        assert not {"approved", "action-started"} & set(made.kinds())
        until(lambda: made.owed() == 0 and any(":recovered-" in key for key in made.pages()), 20, "people are told")
