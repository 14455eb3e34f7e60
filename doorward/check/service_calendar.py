"""What ends: certificates, secrets, keys and passwords, as files tell, and the days of suppressions.

In: configurations, suppressions, and the day. Out: Facts for the rules, and a calendar for people. It reads the
certificate files that a configuration names and nothing else; a file that is no certificate tells nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from doorward.certificate import first_end
from doorward.check.formats_sarif import End
from doorward.check.suppressions import Suppression
from doorward.model.configuration import Configuration, Setting
from doorward.model.fact import Flow, SessionLife, SigningKey, Where

SOON = timedelta(days=30)
"""Ground: a certificate authority for the public web renews from 30 days before the end on."""
_MOST_BYTES = 262_144
_NAMED = re.compile(r"cert|\.crt$|\.cer$|(^|[._])(root|provider|redis)?_?ca(_?files?|_?path)?$", re.IGNORECASE)
_KEY = re.compile(r"key(_?file|_?path)?$", re.IGNORECASE)


def ends(configuration: Configuration, folders: Iterable[Path], now: datetime) -> tuple[Flow, ...]:
    """A Fact `end` of each thing that ends: what kind of thing, its name, when, and `ended`, `soon` or `later`."""
    places = (*folders, Path(configuration.target).parent)
    told = (*_of_files(configuration, places), *_of_facts(configuration))
    return tuple(Flow(where, "end", (kind, name, _shown(at), _state(at, now))) for where, kind, name, at in told)


def calendar(suppressions: Iterable[Suppression], told: Iterable[Configuration], today: date) -> tuple[End, ...]:
    """Everything that ends from today on, the next first; what has ended is a finding."""
    days = {End(one.until, f"suppression of {one.rule}: {one.reason}", one.where) for one in suppressions}
    for configuration in told:
        for flow in configuration.facts_of(Flow):
            if flow.name == "end" and flow.values:
                days.add(End(date.fromisoformat(flow.values[2][:10]), f"{flow.values[0]} {flow.values[1]}", flow.where))
    return tuple(sorted((end for end in days if end.day >= today), key=lambda end: (end.day, str(end.where), end.what)))


def _of_files(configuration: Configuration, places: tuple[Path, ...]) -> Iterator[tuple[Where, str, str, datetime]]:
    """Certificates in files that the configuration names, and fallback keys by the age of the file that lists them."""
    for setting in configuration.settings:
        for name in _named_files(setting):
            at = _first_end_in(name, places)
            if at is not None:
                yield setting.where, "certificate", name, at
    life = max((life.life_s or 0 for life in configuration.facts_of(SessionLife)), default=0)
    for key in configuration.facts_of(SigningKey):
        since = _written_at(key.where.path, places) if key.fallback and life else None
        if since is not None:
            name = f"{key.where.pointer}: needed until then, if the file has run as it is since {since:%Y-%m-%d}"
            yield key.where, "fallback key", name, since + timedelta(seconds=life)


def _of_facts(configuration: Configuration) -> Iterator[tuple[Where, str, str, datetime]]:
    """What the file itself says: a certificate that it holds, the day of a secret."""
    for flow in configuration.facts_of(Flow):
        if flow.name == "ends" and flow.values and len(flow.values) == 3:
            yield flow.where, flow.values[0], flow.values[1], datetime.fromisoformat(flow.values[2])


def _is_named(text: str) -> bool:
    """Whether the text speaks of a certificate; most do not, which the first three tests say sooner."""
    low = text.lower()
    return ("ca" in low or "cer" in low or ".crt" in low) and _NAMED.search(text) is not None


def _named_files(setting: Setting) -> tuple[str, ...]:
    """The files that the setting names as certificates: its value, or each of a list."""
    shown = setting.shown or ""
    if not shown or not (_is_named(setting.pointer) or _is_named(shown)) or _KEY.search(setting.pointer):
        return ()
    if not shown.startswith("["):
        return (shown,)
    try:
        items = json.loads(shown)
    except json.JSONDecodeError:
        return (shown,)
    return tuple(item for item in items if isinstance(item, str))


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def _state(at: datetime, now: datetime) -> str:
    if at <= now:
        return "ended"
    return "soon" if at - now <= SOON else "later"


def _first_end_in(name: str, places: tuple[Path, ...]) -> datetime | None:
    """The first end among the certificates of the file, None where there is no such file or it holds none."""
    for place in places:
        try:
            with (place / name).open("rb") as stream:
                content = stream.read(_MOST_BYTES)
        except (OSError, ValueError):
            continue
        return first_end(content)
    return None


def _written_at(name: str, places: tuple[Path, ...]) -> datetime | None:
    for place in places:
        try:
            return datetime.fromtimestamp((place / name).stat().st_mtime, UTC)
        except (OSError, ValueError):
            continue
    return None
