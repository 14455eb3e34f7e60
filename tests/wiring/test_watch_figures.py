"""Figures for others' dashboards: what was read, what stands, how far behind."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import django

from doorward.model.sign_in import Kind, Outcome, Reason
from doorward.settings import load
from doorward.watch import Watcher, WatchSettings
from tests.watch.crowd import Crowd
from tests.watch.school_lines import write

django.setup()

SETTINGS = """\
[doorward]
state = "state"
[service]
name = "Small portal"
[[component]]
name = "auth"
role = "provider"
kind = "school"
log = "auth.jsonl"
"""


def test_they_are_those_of_the_events_that_were_read(store: Path, tmp_path: Path) -> None:
    from doorward.wiring.logs import Logs
    from doorward.wiring.watch_figures import EventCounts

    crowd = Crowd(3, 60, fault="A", fault_at_s=30)
    write(crowd.events, tmp_path)
    (tmp_path / "doorward.toml").write_text(SETTINGS)
    logs, counts, watcher = Logs(load(tmp_path / "doorward.toml")), EventCounts(), Watcher(WatchSettings(), ("auth",))
    events = logs.poll()
    counts.add(events)
    watcher.feed(events)
    end = events[-1].at
    watcher.advance(end)

    found = counts.figures(watcher, logs, end + timedelta(seconds=12))
    known = Counter((e.component, e.kind, e.outcome, e.reason) for e in crowd.events if e.component == "auth")
    assert found.events == known
    assert [(log.component, log.last_at, log.unparsed) for log in found.logs] == [
        ("auth", max(event.at for event in events), 0)
    ]
    assert not found.is_behind
    assert any(state.detected and state.log_e >= state.threshold_log_e for state in found.segments)
    (window,) = found.windows
    assert 0 < window.people[Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK] <= window.total(Kind.SIGN_IN)
    assert counts.figures(watcher, logs, end + timedelta(minutes=5)).windows == ()
