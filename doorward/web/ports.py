"""What the dashboard needs of the rest of Doorward: its settings, the log's anchor, the postmortem."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings as django_settings

from doorward import pipeline
from doorward.errors import CapabilityMissing
from doorward.review.render import Format
from doorward.settings import Settings


def doorward_settings() -> Settings:
    """The doorward.toml in force. Raises CapabilityMissing where the dashboard was started without one."""
    found = django_settings.DOORWARD
    if not isinstance(found, Settings):
        raise CapabilityMissing("the dashboard runs without a doorward.toml", fix="start it by `doorward run`")
    return found


def anchor_file() -> Path:
    """Where the daemon keeps the number and hash of the log's last line."""
    return doorward_settings().state / "log.anchor"


def postmortem(incident_id: str) -> str:
    """The incident's postmortem as a whole HTML document, made by the review stage."""
    return pipeline.postmortem(incident_id, Format.HTML)
