"""What the watch keeps: how far each log was read and the buckets made of it (one transaction), probes, health."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from django.db.models import F

from doorward.model.journey import ProbeResult
from doorward.model.sign_in import Bucket, Kind, Outcome, Reason
from doorward.store.connection import reported, transacted
from doorward.store.models import BucketRow, CursorRow, HealthRow, ProbeRow


def commit(cursors: Mapping[str, str], buckets: Iterable[Bucket]) -> None:
    """Add the counts and move the cursors, both or neither, so that nothing is counted twice or lost."""
    with transacted():
        for bucket in buckets:
            for key, events in bucket.counts.items():
                _add(bucket, key, events)
        for path, cursor in cursors.items():
            CursorRow.objects.update_or_create(path=path, defaults={"cursor": cursor})


def _add(bucket: Bucket, key: tuple[Kind, Outcome, Reason], events: int) -> None:
    kind, outcome, reason = key
    row, made = BucketRow.objects.get_or_create(
        component=bucket.component,
        opened_at=bucket.opened_at,
        kind=kind.value,
        outcome=outcome.value,
        reason=reason.value,
        defaults={"width_s": bucket.width_s, "events": events},
    )
    if not made:
        BucketRow.objects.filter(pk=row.pk).update(events=F("events") + events)


def cursor(path: str) -> str | None:
    """The committed cursor of a log, None if it was never read."""
    with reported():
        row = CursorRow.objects.filter(path=path).first()
        return row.cursor if row else None


def buckets(component: str, since: datetime) -> tuple[Bucket, ...]:
    """A component's buckets from then on, oldest first."""
    with reported():
        rows = list(BucketRow.objects.filter(component=component, opened_at__gte=since).order_by("opened_at"))
    counts: dict[tuple[datetime, float], dict[tuple[Kind, Outcome, Reason], int]] = defaultdict(dict)
    for row in rows:
        key = (Kind(row.kind), Outcome(row.outcome), Reason(row.reason))
        counts[(row.opened_at, row.width_s)][key] = row.events
    return tuple(Bucket(component, opened_at, width_s, found) for (opened_at, width_s), found in counts.items())


def add_probe(result: ProbeResult, keep: int = 500) -> None:
    """Keep a probe's result, and the last `keep` of each probe at each vantage point."""
    with transacted():
        ProbeRow.objects.create(
            probe=result.journey,
            vantage=result.vantage,
            at=result.at,
            outcome=result.outcome.value,
            reason=result.reason,
            result=msgspec.json.encode(result).decode(),
        )
        own = ProbeRow.objects.filter(probe=result.journey, vantage=result.vantage)
        stale = own.order_by("-at", "-pk").values_list("pk", flat=True)[keep:]
        ProbeRow.objects.filter(pk__in=list(stale)).delete()


def probes(since: datetime) -> tuple[ProbeResult, ...]:
    """Results from then on, oldest first."""
    with reported():
        rows = ProbeRow.objects.filter(at__gte=since).order_by("at", "pk")
        return tuple(msgspec.json.decode(row.result, type=ProbeResult) for row in rows)


def last_probe() -> int:
    """The number of the newest result, 0 if there is none."""
    with reported():
        return ProbeRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def probes_elsewhere(vantage: str, after: int) -> tuple[tuple[int, ProbeResult], ...]:
    """Results that came to the store after that number, each with its own, from other vantage points than this one."""
    with reported():
        rows = ProbeRow.objects.filter(pk__gt=after).exclude(vantage=vantage).order_by("pk")
        return tuple((row.pk, msgspec.json.decode(row.result, type=ProbeResult)) for row in rows)


def set_health(part: str, state: str, detail: str, at: datetime) -> None:
    """How a part of Doorward itself is: `green`, `amber` or `red`, and why. Raises StoreUnavailable."""
    with reported():
        HealthRow.objects.update_or_create(part=part, defaults={"state": state, "detail": detail, "at": at})
    _held.pop(part, None)


def hold_health(part: str, state: str, detail: str, at: datetime) -> None:
    """The same while the database takes nothing: known to this process, and so to its dashboard, until it is stored."""
    _held[part] = (part, state, detail, at)


_held: dict[str, tuple[str, str, str, datetime]] = {}


def health() -> tuple[tuple[str, str, str, datetime], ...]:
    """(part, state, detail, at) of every part, by name."""
    with reported():
        stored = {row.part: (row.part, row.state, row.detail, row.at) for row in HealthRow.objects.all()}
    return tuple(row for _, row in sorted({**stored, **_held}.items()))
