"""The terminal, the dashboard, the page and the postmortem show the same differential."""

from __future__ import annotations

from doorward import incident_log
from doorward.diagnose import Observations, differential, explain, summarise
from doorward.model.drawing import draw
from doorward.model.entry import Declared, Diagnosed
from doorward.respond.escalate import Step, StepReason
from doorward.respond.paging import notice
from doorward.review.postmortem import postmortem
from doorward.settings_tables import LevelTable
from doorward.web.incident_words import card
from tests.review import story
from tests.review.story import at, told


def test_all_four_say_the_same_of_every_cause() -> None:
    made = differential(Observations(detections=(story.rejections(),)), at(11))
    drawing = draw(made)
    assert len(drawing.rows) >= 11
    declared = Declared("School portal", "People are sent back", "first-of-its-kind", story.rejections())
    entries = told([(10.0, "doorward", declared), (11.0, "doorward", Diagnosed(made, None))])
    incident = incident_log.fold(entries)

    shown = card(incident, entries, at(20))
    assert [(line.title, line.verdict, line.is_conclusion) for line in shown.causes] == [
        (row.title, row.word, row.is_conclusion) for row in drawing.rows
    ]
    assert shown.not_tested == drawing.not_tested

    text = explain(made)
    assert all(f"{row.title} [{row.cause}]" in text for row in drawing.rows)
    assert all(f"{row.word:19} {row.score:+5.1f}  {row.title}" in summarise(made) for row in drawing.rows)

    trails = {trail.cause: (trail.title, trail.verdict) for trail in postmortem(entries).trails}
    assert trails == {row.cause: (row.title, row.word) for row in drawing.rows}

    step = Step(0, "IT support", ("console",), "declared", StepReason.DECLARED, is_new_level=True)
    chain = (LevelTable(name="IT support", channels=("console",)),)
    body = notice(incident, step, chain, {}, at(20)).pages[0].body
    assert all(f"{what} ({why})" in body for what, why in drawing.not_tested)
