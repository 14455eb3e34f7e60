"""The dashboard's menu in the order of the story; a test compares it with `doorward.pipeline.STAGES`.

Diagnose and recover have no page of their own: what they say belongs to one incident and stands on its page.
"""

from __future__ import annotations

# (stage, title, URL name)
MENU: tuple[tuple[str, str, str], ...] = (
    ("check", "Configuration", "configuration"),
    ("probe", "Probes", "probes"),
    ("watch", "Watch", "watch"),
    ("respond", "Incidents", "incidents"),
    ("review", "Reviews", "reviews"),
)
