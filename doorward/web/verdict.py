"""Can people sign in? The headline and the lights beside it, from what is recorded; pure, `now` is an argument.

In: the open incident, the latest probe results and those that count, buckets, health. Out: words. Silence is never
taken for health: what was not heard from lately makes the answer "Cannot tell".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from doorward.model.incident import Incident, IncidentState
from doorward.model.journey import ProbeOutcome, ProbeResult
from doorward.model.sign_in import TYPED, Bucket, Kind, Outcome
from doorward.web import incident_words, phrases
from doorward.web.pages import Headline, Light

# From this share on a component's light turns; it is a lamp for the eye and declares nothing (detectors do that).
TROUBLED_SHARE = 0.2
CAN, CANNOT, UNSURE = "People can sign in", "People cannot sign in", "Cannot tell"
_OUTCOME_TONES = {
    ProbeOutcome.PASSED: "good",
    ProbeOutcome.FAILED: "bad",
    ProbeOutcome.UNREACHABLE: "bad",
    ProbeOutcome.BLIND: "unknown",
    ProbeOutcome.WAITING: "unknown",
}
_HEALTH = {"green": ("good", "works"), "amber": ("unknown", "works with trouble"), "red": ("bad", "does not work")}


def headline(
    incident: Incident | None,
    latest: Sequence[ProbeResult],
    counted: Sequence[ProbeResult],
    succeeded: int,
    fresh_s: float,
    now: datetime,
) -> Headline:
    """`latest` is the last result of each probe, `counted` the last that is evidence (`failures` of `of_last` runs): a
    failure that may be chance is told beside the headline and does not change it. `succeeded` counts people's sign-ins
    in the last minutes."""
    if incident is not None and incident.state is not IncidentState.RECOVERED:
        began = incident_words.since(incident)
        return Headline("bad", CANNOT, incident.title, f"{began} {incident_words.impact(incident)}")
    held = [result for result in _fresh(latest, fresh_s, now) if _is_bad(result) and result not in counted]
    fresh = _fresh(counted, fresh_s, now)
    seen = f"{phrases.count(succeeded, 'sign-in')} of people succeeded in the last 2 minutes."
    if not fresh and held:
        return Headline("unknown", UNSURE, _went(held[0]), f"It may be chance; the next run tells. {seen}")
    if not fresh:
        return _silent(latest, succeeded, seen, now)
    told = f"{_maybe_chance(held)} {seen}" if held else seen
    return _of_probes(fresh, len({result.label for result in held} & {result.label for result in fresh}), told, now)


def _of_probes(fresh: Sequence[ProbeResult], held: int, seen: str, now: datetime) -> Headline:
    """Without an incident, what counts of the probes decides; `held` of them failed since, which may be chance."""
    failed = [result for result in fresh if _is_bad(result)]
    blind = [result for result in fresh if _OUTCOME_TONES[result.outcome] == "unknown"]
    if failed and len(failed) == len(fresh):
        return Headline("bad", CANNOT, _went(failed[0]), f"No incident is declared yet. {seen}")
    if failed:
        well = len(fresh) - len(failed) - held
        others = f"The other {phrases.count(well, 'probe')} did not fail. " if well else ""
        return Headline("unknown", UNSURE, _went(failed[0]), f"{others}{seen}")
    if blind:
        return Headline("unknown", UNSURE, _went(blind[0]), seen)
    checked = phrases.between(min(result.at for result in fresh), now)
    probes = {1: "The probe", 2: "Both probes"}.get(len(fresh), f"All {len(fresh)} probes")
    return Headline("good", CAN, "", f"{probes} signed in within the last {checked}. {seen}")


def _fresh(results: Sequence[ProbeResult], fresh_s: float, now: datetime) -> list[ProbeResult]:
    return [result for result in results if (now - result.at).total_seconds() <= fresh_s]


def _is_bad(result: ProbeResult) -> bool:
    return _OUTCOME_TONES[result.outcome] == "bad"


def _maybe_chance(held: Sequence[ProbeResult]) -> str:
    return phrases.sentence_case(f"{'; '.join(_went(result) for result in held)} since, which may be chance")


def _went(result: ProbeResult) -> str:
    why = "" if result.outcome is ProbeOutcome.BLIND else f" ({phrases.readable(result.reason)})"
    return f"probe {result.label} {phrases.OUTCOMES[result.outcome]}{why}"


def _silent(latest: Sequence[ProbeResult], succeeded: int, seen: str, now: datetime) -> Headline:
    if not latest:
        silence = "no probe has run yet"
    else:
        silence = f"no probe has run for {phrases.between(max(result.at for result in latest), now)}"
    if succeeded and not latest:
        return Headline("good", CAN, "", f"{seen} {phrases.sentence_case(silence)}")
    return Headline("unknown", UNSURE, silence, seen)


def probe_light(result: ProbeResult, fresh_s: float, now: datetime) -> Light:
    """One probe, as its last result says."""
    age_s = (now - result.at).total_seconds()
    detail = f"{phrases.lasting(age_s)} ago, took {result.took_ms:.0f} ms"
    if age_s > fresh_s:
        return Light(result.label, "probe", "unknown", "has not run lately", f"last result {detail}")
    reason = "" if result.outcome is ProbeOutcome.PASSED else f": {phrases.readable(result.reason)}"
    said = f"{phrases.OUTCOMES[result.outcome]}{reason}"
    return Light(result.label, "probe", _OUTCOME_TONES[result.outcome], said, detail)


def component_light(name: str, kind: str, buckets: Sequence[Bucket], version: str) -> Light:
    """One component, as the buckets of the last minutes say; `version` is the configuration in force, in words."""
    answered = sum(bucket.total(Kind.REQUEST) for bucket in buckets)
    errors = sum(bucket.total(Kind.REQUEST, Outcome.FAILURE) for bucket in buckets)
    good = sum(bucket.total(Kind.SIGN_IN, Outcome.SUCCESS) for bucket in buckets)
    failed = sum(_untyped_failures(bucket) for bucket in buckets)
    presented = sum(bucket.total(Kind.SESSION) for bucket in buckets)
    rejected = sum(bucket.total(Kind.SESSION, Outcome.FAILURE) for bucket in buckets)
    for part, whole, trouble in (
        (errors, answered, "answers with errors"),
        (failed, good + failed, "refuses sign-ins"),
        (rejected, presented, "rejects sessions"),
    ):
        if whole and part / whole >= TROUBLED_SHARE:
            return Light(name, kind, "bad", trouble, f"{part:,} of {whole:,} in the last 2 minutes. {version}")
    if not buckets:
        return Light(name, kind, "plain", "nothing seen in the last 2 minutes", version)
    counted = [phrases.count(good, "sign-in")] if good else []
    counted += [phrases.count(answered, "request"), phrases.count(errors, "error")]
    return Light(name, kind, "good", "works as usual", f"{', '.join(counted)} in the last 2 minutes. {version}")


def _untyped_failures(bucket: Bucket) -> int:
    """Failed sign-ins that no mistyped password explains."""
    return sum(
        events
        for (kind, outcome, reason), events in bucket.counts.items()
        if kind is Kind.SIGN_IN and outcome is Outcome.FAILURE and reason not in TYPED
    )


def own_light(part: str, state: str, detail: str, at: datetime, silent_after_s: float, now: datetime) -> Light:
    """A part of Doorward itself; one that said nothing for `silent_after_s` is not taken for well."""
    age_s = (now - at).total_seconds()
    if age_s > silent_after_s:
        said = f"has said nothing for {phrases.lasting(age_s)}"
        return Light(phrases.readable(part), "", "unknown", said, f"last: {detail}" if detail else "")
    tone, said = _HEALTH.get(state, ("unknown", state))
    return Light(phrases.readable(part), "", tone, said, detail)
