"""The postmortem on the dashboard: the review stage's document, shown with nothing in it able to run."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from . import story


def test_a_postmortem_is_shown_as_the_review_stage_writes_it(operator: Client, now: datetime) -> None:
    incident = story.tell(now, "resolved", ago_s=600)
    answer = operator.get(f"/incidents/{incident}/postmortem/")
    assert answer.status_code == 200
    assert b"Sessions are refused because people" in answer.content
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")


def test_an_unknown_incident_has_no_postmortem(operator: Client) -> None:
    assert operator.get("/incidents/2020-01-01-1/postmortem/").status_code == 404
