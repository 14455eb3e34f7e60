"""The family of a browser or program from its User-Agent: the segment by which one browser's trouble is seen."""

from __future__ import annotations

import re
from functools import lru_cache

# In this order: most browsers also claim to be those below them.
_FAMILIES = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("bot", r"bot\b|crawl|spider|slurp|monitor|pingdom|uptime"),
        ("edge", r"\bedg(?:e|a|ios)?/"),
        ("opera", r"\bopr/|\bopera\b"),
        ("samsung", r"samsungbrowser/"),
        ("firefox", r"\bfirefox/|\bfxios/"),
        ("chrome", r"\bchrome/|\bcrios/|\bchromium/"),
        ("safari", r"\bsafari/|applewebkit/"),
        ("internet-explorer", r"\bmsie |trident/"),
        ("curl", r"^curl/|^wget/"),
        ("program", r"python|java/|okhttp|go-http|axios|node|ruby|php|libwww|httpx"),
    )
)
_NAMES = frozenset(name for name, _ in _FAMILIES)


# User-Agents are many and repeat; the remembered ones bound the work and the memory.
@lru_cache(4096)
def family(agent: str) -> str:
    """chrome, firefox, safari, edge, …; `other` for what is none of them. A family's name is its own family."""
    if agent in _NAMES:
        return agent
    return next((name for name, pattern in _FAMILIES if pattern.search(agent)), "other")
