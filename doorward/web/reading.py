"""Gather each page's model from the store; nothing is written here. Every function raises StoreUnavailable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from doorward import incident_log
from doorward.errors import LogBroken
from doorward.model.config_version import ConfigVersion, Standing
from doorward.model.entry import Entry
from doorward.model.incident import Incident, IncidentState
from doorward.model.journey import ProbeOutcome, ProbeResult, Step
from doorward.model.service import Role
from doorward.model.sign_in import Bucket, Kind, Outcome, Reason
from doorward.settings import Settings
from doorward.settings_tables import ComponentTable, ProbeTable
from doorward.store import log, outbox, versions, watching
from doorward.web import chart, incident_words, pages, phrases, ports, verdict
from doorward.wiring.probing import counted

LATELY = timedelta(minutes=2)
# Half an hour in bars of 30 s: a whole incident of the usual length fits, and sixty bars are told apart on a phone.
CHART_BARS = 60
CHART_STEP_S = 30.0
# How far back the pages look for probe results and detections.
PROBES_SPAN = timedelta(hours=6)
HISTORY_LENGTH = 40
WATCH_WINDOWS = 30
_STANDING_TONES = {Standing.PROVED_GOOD: "good", Standing.PINNED: "bad"}


def status(settings: Settings, now: datetime) -> pages.StatusPage:
    """`/`: can people sign in, and if not, what must be known and done."""
    entries = log.entries()
    incidents = incident_log.fold_all(entries)
    first = _foremost(incidents)
    results = watching.probes(now - PROBES_SPAN)
    latest, evident = _latest(results), _latest(counted(settings, results))
    recent = {component.name: watching.buckets(component.name, now - LATELY) for component in settings.component}
    doors = [bucket for name in door_names(settings) for bucket in recent[name]]
    succeeded = sum(bucket.total(Kind.SIGN_IN, Outcome.SUCCESS) for bucket in doors)
    return pages.StatusPage(
        seq=entries[-1].seq if entries else 0,
        service=settings.service.name,
        headline=verdict.headline(first, latest, evident, succeeded, fresh_s(settings), now),
        incident=_card(first, entries, now) if first else None,
        others=tuple(incident_words.row(i) for i in reversed(incidents) if i.state.is_open and i is not first),
        lately=tuple(incident_words.row(incident) for incident in reversed(incidents[-3:])),
        components=tuple(_component_light(component, recent[component.name]) for component in settings.component),
        probes=tuple(verdict.probe_light(result, fresh_s(settings), now) for result in latest),
        own=own_health(settings, now),
        owed_pages=_owed(),
        chart=_chart(settings, door_names(settings), first, now),
    )


def _foremost(incidents: Sequence[Incident]) -> Incident | None:
    """The incident that people must act on: the newest that still hurts, else the newest being watched."""
    unresolved = [incident for incident in incidents if incident.state.is_open]
    hurting = [incident for incident in unresolved if incident.state is not IncidentState.RECOVERED]
    return next(reversed(hurting or unresolved), None)


def _card(incident: Incident, entries: Sequence[Entry], now: datetime) -> pages.IncidentCard:
    return incident_words.card(incident, [entry for entry in entries if entry.incident == incident.id], now)


def fresh_s(settings: Settings) -> float:
    """A probe result is fresh for three of its rounds, and never for less than a minute."""
    return max([60.0, *(3 * probe.every_s + probe.timeout_s for probe in settings.probe)])


def door_names(settings: Settings) -> tuple[str, ...]:
    """The components at which people sign in: the providers; where none is named, every component."""
    providers = tuple(component.name for component in settings.component if component.role is Role.PROVIDER)
    return providers or tuple(component.name for component in settings.component)


def _latest(results: Sequence[ProbeResult]) -> tuple[ProbeResult, ...]:
    """The last result of each probe, by name."""
    newest = {result.label: result for result in results}
    return tuple(newest[name] for name in sorted(newest))


def _component_light(component: ComponentTable, recent: Sequence[Bucket]) -> pages.Light:
    known = versions.all_of(component.name)
    version = ""
    if known:
        version = f"Configuration {known[-1].digest}: {phrases.STANDINGS[known[-1].standing].lower()}."
    return verdict.component_light(component.name, component.role.value, recent, version)


def silent_after_s(settings: Settings) -> float:
    """A part reports after each of its steps; the slowest is the probe with the longest pause."""
    return max(90.0, fresh_s(settings))


def own_health(settings: Settings, now: datetime) -> tuple[pages.Light, ...]:
    """Doorward's own parts; where none ever reported, that is said."""
    found = tuple(
        verdict.own_light(part, state, detail, at, silent_after_s(settings), now)
        for part, state, detail, at in watching.health()
    )
    return found or (pages.Light("daemon", "", "unknown", "has never reported", "Is `doorward run` running?"),)


def _owed() -> str:
    owed = outbox.owed()
    return f"{phrases.count(owed, 'page')} not delivered yet; tried again until they are." if owed else ""


def _chart(settings: Settings, names: Sequence[str], incident: Incident | None, now: datetime) -> chart.Chart:
    since = _chart_since(now, CHART_STEP_S)
    found = [bucket for name in names for bucket in watching.buckets(name, since)]
    step = CHART_STEP_S
    # A young history fills a third of the wide chart at most: then a finer one shows more of it.
    fine = max(settings.watch.window_s, CHART_STEP_S / 3)
    if fine < step and all(bucket.opened_at >= _chart_since(now, fine) for bucket in found):
        step, since = fine, _chart_since(now, fine)
    return chart.draw(found, since, step, CHART_BARS, _moments(settings, incident, since))


def _chart_since(now: datetime, step_s: float) -> datetime:
    return chart.floor(now, step_s) - timedelta(seconds=step_s * (CHART_BARS - 1))


def _moments(settings: Settings, incident: Incident | None, since: datetime) -> list[tuple[datetime, str, str]]:
    """What happened, for the marks on the time axis."""
    moments = [
        (version.seen_at, f"configuration {version.digest} of {version.component} came into force", "change")
        for component in settings.component
        for version in versions.all_of(component.name)[1:]
        if version.seen_at >= since
    ]
    if incident is not None:
        moments.append((incident.declared_at, "incident declared", "bad"))
        if incident.recovered_at:
            moments.append((incident.recovered_at, "people can sign in again", "good"))
    return moments


def incident_rows() -> tuple[pages.IncidentRow, ...]:
    """Every incident, newest first."""
    return tuple(incident_words.row(incident) for incident in reversed(log.incidents()))


def incident_page(incident_id: str, now: datetime) -> pages.IncidentPage | None:
    """`/incidents/<id>/`; None if the log has no such incident."""
    entries = log.entries(incident_id)
    if not entries:
        return None
    card = incident_words.card(incident_log.fold(entries), entries, now)
    return pages.IncidentPage(entries[-1].seq, card, chain())


def chain() -> pages.Light:
    """Whether the whole log is as it was written."""
    anchor = ports.anchor_file()
    try:
        lines = log.verify(anchor if anchor.exists() else None)
    except LogBroken as error:
        return pages.Light("Log", "hash chain", "bad", "does not hold", error.problem.what)
    kept = "and reaches the line kept outside the database" if anchor.exists() else "; no line is kept outside yet"
    return pages.Light(
        "Log",
        "hash chain",
        "good",
        "holds",
        f"{phrases.count(lines, 'line')}, each follows from the one before {kept}.".replace(" ;", ";"),
    )


def configuration(settings: Settings) -> tuple[pages.ComponentVersions, ...]:
    """`/configuration/`"""
    return tuple(
        pages.ComponentVersions(
            name=component.name,
            kind=component.kind,
            role=component.role.value,
            files=tuple(str(path) for path in component.config),
            versions=_versions(versions.all_of(component.name)),
        )
        for component in settings.component
    )


def _versions(seen: Sequence[ConfigVersion]) -> tuple[pages.VersionLine, ...]:
    last = len(seen) - 1
    return tuple(
        pages.VersionLine(
            digest=seen[number].digest,
            changed=phrases.day_clock(seen[number].changed_at),
            seen=phrases.day_clock(seen[number].seen_at),
            author=seen[number].author or "not known",
            standing=phrases.STANDINGS[seen[number].standing],
            tone=_STANDING_TONES.get(seen[number].standing, "unknown"),
            in_force=number == last,
        )
        for number in range(last, -1, -1)
    )


def probes(settings: Settings, now: datetime) -> tuple[pages.ProbeCard, ...]:
    """`/probes/`: every probe that ran or should run."""
    results = watching.probes(now - PROBES_SPAN)
    planned = {probe.name: probe for probe in settings.probe}
    seen = {result.label: result.journey for result in results}
    names = [*planned, *sorted(set(seen.values()) - planned.keys())]
    labels = [label for name in names for label in sorted(one for one in seen if seen[one] == name) or [name]]
    return tuple(
        _probe_card(
            label, planned.get(seen.get(label, label)), [r for r in results if r.label == label], fresh_s(settings), now
        )
        for label in labels
    )


def _probe_card(
    name: str, planned: ProbeTable | None, results: Sequence[ProbeResult], fresh: float, now: datetime
) -> pages.ProbeCard:
    about = f"{planned.journey} journey every {phrases.lasting(planned.every_s)}" if planned else "not in doorward.toml"
    history = tuple(verdict.probe_light(result, float("inf"), now) for result in results[-HISTORY_LENGTH:])
    passed = sum(result.outcome is ProbeOutcome.PASSED for result in results)
    if not results:
        silent = pages.Light(name, "probe", "unknown", "has not run in the last 6 hours")
        return pages.ProbeCard(name, about, silent, "", "", (), (), (), "")
    last = results[-1]
    return pages.ProbeCard(
        name=name,
        about=about,
        light=verdict.probe_light(last, fresh, now),
        expected=phrases.readable(last.expected),
        took=f"{last.took_ms:.0f} ms",
        steps=tuple(_step(step) for step in last.steps),
        notes=tuple(phrases.sentence_case(note) for note in last.notes),
        history=history,
        passed=f"{passed:,} of {len(results):,} runs passed in the last 6 hours",
    )


def _step(step: Step) -> pages.StepLine:
    return pages.StepLine(
        name=step.name,
        request=f"{step.method} {step.url}",
        status="no answer" if step.status is None else str(step.status),
        ms=f"{step.ms:.0f} ms",
        phases=tuple((name, f"{ms:.0f}" if ms >= 1 else "<1") for name, ms in step.timing.phases),
        note=step.note,
    )


def watch(settings: Settings, now: datetime) -> pages.WatchPage:
    """`/watch/`: what the detectors look at, and what they said."""
    entries = log.entries()
    incidents = incident_log.fold_all(entries)
    usual = settings.watch.usual
    return pages.WatchPage(
        seq=entries[-1].seq if entries else 0,
        budget=f"{settings.watch.false_alarms_per_month:g} false alarm a month for the whole service",
        usual=(
            ("Sign-ins with a mistyped password", phrases.share(usual.wrong_passwords)),
            ("Sign-ins that fail for any other reason", phrases.share(usual.sign_in_failures)),
            ("Sessions that are refused", phrases.share(usual.session_rejections)),
            ("Requests answered with a server error", phrases.share(usual.server_errors)),
            ("Support inquiries", f"{usual.inquiries_per_min:g} a minute"),
        ),
        detections=tuple(light for i in reversed(incidents[-5:]) for light in incident_words.detections(i)),
        components=tuple(_component_watch(settings, component.name, now) for component in settings.component),
    )


def _component_watch(settings: Settings, name: str, now: datetime) -> pages.ComponentWatch:
    recent = watching.buckets(name, now - timedelta(minutes=10))[-WATCH_WINDOWS:]
    return pages.ComponentWatch(name, _chart(settings, (name,), None, now), tuple(_window(b) for b in reversed(recent)))


def _window(bucket: Bucket) -> pages.WindowRow:
    return pages.WindowRow(
        clock=phrases.clock(bucket.opened_at),
        succeeded=bucket.total(Kind.SIGN_IN, Outcome.SUCCESS),
        failed=bucket.total(Kind.SIGN_IN, Outcome.FAILURE),
        rejected=bucket.total(Kind.SESSION, Outcome.FAILURE),
        errors=sum(n for (k, _, r), n in bucket.counts.items() if k is Kind.REQUEST and r is Reason.SERVER_ERROR),
        inquiries=bucket.total(Kind.INQUIRY),
    )
