"""Configuration: a change of an authentication component's settings broke sign-in or sessions.

If it is at work: a configuration changed shortly before the onset; the check of that change predicted what people now
meet; events fail under the new configuration's digest that passed under the old one; since the change the process
listens elsewhere, or takes far more of the host for no more people; or a process was started anew with another
environment, or a node began to work by a file that nobody watches, and what fails follows it; servers, databases and
networks are well.
If it is not: nothing changed, or only after the onset; the same failures occur under the old digest too; the check
finds the change harmless and another cause shows itself.
Licenses: a roll-back to the version before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from doorward.diagnose import nodes, reasons, symptoms
from doorward.diagnose.cause import DECISIVE, STRONG, WEAK, Cause, Judgement, favours, notes, opposes
from doorward.diagnose.causes.attack import USUAL_SLACK
from doorward.diagnose.causes.key import OF_TRUST
from doorward.diagnose.causes.load import CROWD_RATIO, refusals, surge
from doorward.diagnose.contrast import chance_of_contrast
from doorward.diagnose.examined import ConnectionExamined, Examination, ProcessExamined, Reach
from doorward.diagnose.observations import ONSET_SLACK, ConfigTally, Observations, Suspect
from doorward.diagnose.signs import moved
from doorward.diagnose.symptoms import Symptom
from doorward.diagnose.timing import FAR, apart, timed
from doorward.diagnose.unchanged import surroundings_changed
from doorward.model.action import ActionKind
from doorward.model.diagnosis import Evidence
from doorward.model.finding import Finding, Severity
from doorward.model.sign_in import Kind, Reason

# Chance that the old digest's events would differ as much by luck (one-sided exact test of Fisher).
CONTRAST_P = 0.01
LEAST_FAILURES = 3
# A process that works this much more than before, for no more people, works harder for each of them.
BUSY_CORES = 0.8
MUCH_MEMORY = 0.05
DEARER_RATIO = 3.0

_NEXT = "Compare the settings that changed with what people meet; put the version before back and probe."


def weigh(observations: Observations) -> Judgement:
    """Judge every change that could be felt at the onset and keep the one that most speaks for."""
    if observations.suspects is None:
        return Judgement((), "Name the components' configuration files, so that changes can be seen.",
                         not_testable="no configuration is watched")  # fmt: skip
    if observations.onset is None:
        seen = "no detection stands and no probe fails"
        quiet = opposes("onset", DECISIVE, seen, "sign-ins or sessions fail after a change")
        return Judgement((quiet,), "None needed.")
    return _judge_changes(observations, observations.suspects, observations.onset)


def _judge_changes(observations: Observations, suspects: tuple[Suspect, ...], onset: datetime) -> Judgement:
    recent = [suspect for suspect in suspects if suspect.alters and suspect.at > onset - FAR]
    if not recent and (by_environment := tuple(_environment(observations))):
        return Judgement(by_environment, "Compare its environment with that of before.", by_environment[0].component)
    if not recent and (by_node := tuple(_node(observations))):
        return Judgement(by_node, "Compare that node's configuration with the watched one.", by_node[0].component)
    if not recent:
        seen = f"no watched configuration changed in the {FAR.total_seconds() / 3600:.0f} h before the onset"
        unchanged = opposes("change", DECISIVE, seen, "a change shortly before the onset")
        return Judgement((unchanged,), "Ask whether something changed that no watched file holds.")
    judged = [(suspect, tuple(_judge_change(observations, suspect, onset))) for suspect in recent]
    best, evidence = max(judged, key=lambda pair: (sum(e.signed_weight for e in pair[1]), pair[0].at))
    others = tuple(
        notes("change", f"{_named(suspect)}, {_when(suspect, onset)}", "one change stands out")
        for suspect, _ in judged
        if suspect is not best
    )
    is_down = Symptom.UNREACHABLE in symptoms.predicted(best.findings or ()) & symptoms.seen(observations)
    is_down = is_down or any(item.test == "start" for item in evidence)
    return Judgement(
        (*evidence, *others),
        _NEXT,
        component=best.change.component,
        change=best.change,
        explains=(*(("server",) if is_down else ()), *_touched(best)),
    )


def _environment(observations: Observations) -> Iterator[Evidence]:
    """No file was changed, but a process was started anew with other variables: settings come by these too."""
    for one, names in surroundings_changed(observations):
        told = [name for name in names if not OF_TRUST.search(name)]
        if told:
            what = f"{one.component}: its environment has another {', '.join(told)} since it was started anew"
            yield timed("environment", one.began_at, what, observations, one.component)
            return


def _node(observations: Observations) -> Iterator[Evidence]:
    """No watched file was changed, but the log tells of a node that works by another one, and what fails follows it."""
    node = nodes.apart(observations.nodes)
    if node is None or node.is_of_secret:
        return
    what = f"{node.component}: beside the others a node works by {node.digest}, which no watched file holds; it began"
    yield timed("node", node.began_at, what, observations, node.component)
    expected, seen = "what fails follows one node", f"{node.component}: {nodes.told(node, observations.nodes)}"
    yield notes("follows", seen, expected) if node.breaks else favours("follows", STRONG, seen, expected)


# What a setting is about, by words of its name: broken by that setting, it shows the signs of that cause.
_ABOUT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("database", ("database",)),
    ("session-store", ("session", "redis", "cache", "store")),
    ("key", ("key", "secret", "certificate", "jwks", "issuer")),
    ("upstream", ("issuer", "provider", "upstream", "timeout", "url")),
    ("client", ("client", "redirect", "cookie", "csrf")),
    ("clock", ("life", "seconds", "minutes")),
    ("deploy", ("serializer", "backend", "module", "class", "engine")),
)


def _touched(suspect: Suspect) -> tuple[str, ...]:
    """The causes whose signs the changed settings would bring about."""
    pointers = " ".join(difference.pointer.lower() for difference in suspect.change.differences)
    return tuple(cause for cause, words in _ABOUT if any(word in pointers for word in words))


def _judge_change(observations: Observations, suspect: Suspect, onset: datetime) -> Iterator[Evidence]:
    felt = "loaded" if suspect.loaded_at else "changed"
    yield timed("time", suspect.at, f"{_named(suspect)}, {felt}", observations)
    if suspect.at <= onset + ONSET_SLACK:
        yield _prediction(observations, suspect)
        yield from _start(observations, suspect)
        yield from _doing(observations, suspect)
        yield from _stricter(observations)
    yield from _contrast(observations, suspect, onset)


def _start(observations: Observations, suspect: Suspect) -> Iterator[Evidence]:
    """It was ended in good order and is not there again, or ended by itself before it answered anybody: with settings
    that it cannot work by it never comes up. A process that is killed at its work leaves its pid file."""
    component = suspect.change.component
    left = any(item.component == component for item in observations.not_examined(Examination.PROCESS))
    refuses = any(
        c.component == component and c.connected == 0 and Reach.REFUSED in c.tries
        for c in observations.of(ConnectionExamined)
    )
    expected = "it does not start by the settings that changed"
    if left and refuses:
        seen = f"{component}: no process names itself in its pid file, and nothing listens: it did not come up again"
        yield favours("start", STRONG, seen, expected, component)
    elif refuses and _ended_at_once(observations, suspect):
        seen = f"{component}: it began by these settings, answered nothing by them, and has ended"
        yield favours("start", STRONG, seen, expected, component)


def _ended_at_once(observations: Observations, suspect: Suspect) -> bool:
    """Whether its process said that it begins by the new settings and is gone, and nothing ever passed by them."""
    component, loaded_at, onset = suspect.change.component, suspect.loaded_at, observations.onset
    if loaded_at is None or onset is None or abs(onset - loaded_at) > ONSET_SLACK:
        return False
    is_gone = any(p.component == component and not p.alive for p in observations.of(ProcessExamined))
    new = _tally(observations, component, suspect.change.after)
    return is_gone and (new is None or not new.passed)


def _doing(observations: Observations, suspect: Suspect) -> Iterator[Evidence]:
    """What the process itself does otherwise since the change, though it is well: it does as it was told."""
    name = suspect.change.component
    if place := moved(observations, name):
        seen = f"{name}: it answers at {place}, and listened elsewhere while all was well"
        yield favours("place", DECISIVE, seen, "it listens where its settings say, and nobody asks there", name)
    dearer = _dearer(observations, name)
    if dearer and not _is_crowded(observations):
        seen = f"{name}: {dearer}, and no more people than usual"
        yield favours("work", STRONG, seen, "a setting that makes each request dearer", name)


def _stricter(observations: Observations) -> Iterator[Evidence]:
    """Who is locked out is a matter of settings, if no more is mistyped than usual."""
    usual, during = observations.usual, observations.during
    rises = reasons.risen(observations, (Reason.LOCKED_OUT,))
    if usual is None or during is None or not rises:
        return
    share, before = (each.share(Kind.SIGN_IN, Reason.WRONG_PASSWORD) for each in (during, usual))
    if share <= before + USUAL_SLACK:
        seen = f"{reasons.told(rises)}, while {share:.0%} of sign-ins are mistyped (usually {before:.0%})"
        yield favours("strict", STRONG, seen, "people are locked out who make no more mistakes than usual")


def _dearer(observations: Observations, component: str) -> str:
    """What the process takes far more of than while all was well, '' if nothing. On a busy host it gets no more of a
    processor, however much it would take: then its memory tells."""
    now = next((p for p in observations.of(ProcessExamined) if p.component == component), None)
    before = observations.earlier(ProcessExamined, component)
    if now is None or before is None:
        return ""
    taken = (
        ("of a core", now.cpu_share or 0.0, before.cpu_share, BUSY_CORES),
        ("of memory", now.memory_share or 0.0, before.memory_share, MUCH_MEMORY),
    )
    return ", ".join(
        f"{share:.0%} {what} ({usual:.0%} while all was well)"
        for what, share, usual, least in taken
        if usual is not None and share >= max(least, DEARER_RATIO * usual)
    )


def _is_crowded(observations: Observations) -> bool:
    """Whether more people than usual come, or it is not known: then work says nothing of settings."""
    usual, during = observations.usual, observations.during
    if usual is None or during is None or usual.minutes <= 0 or during.minutes <= 0:
        return True
    more_requests = during.per_min(Kind.REQUEST) > CROWD_RATIO * usual.per_min(Kind.REQUEST)
    return more_requests or surge(usual, during, refusals(observations)) > CROWD_RATIO


def _prediction(observations: Observations, suspect: Suspect) -> Evidence:
    expected = "the check of the change predicts what people meet"
    if suspect.unread:
        return favours("check", STRONG, f"the new version does not even read: {suspect.unread}", expected)
    if suspect.findings is None:
        return notes("check", "the change was not checked", expected)
    telling = tuple(finding for finding in suspect.findings if finding.severity is not Severity.NOTE)
    if not telling:
        return opposes("check", WEAK, "the check finds nothing in the change that would hurt sign-in", expected)
    foretold, met = symptoms.predicted(telling), symptoms.seen(observations)
    said = _said(telling)
    if foretold & met:
        return favours("check", STRONG, f"{said}; met: {_listed(foretold & met)}", expected)
    if not foretold or not met:
        return notes("check", f"{said}; it cannot be compared with what is met", expected)
    seen = f"{said}, that is {_listed(foretold)}; met: {_listed(met)}"
    # A fault has symptoms beside the one foretold: that the check condemns the change at all says something.
    hurts = any(finding.severity in (Severity.OUTAGE, Severity.PARTIAL) for finding in telling)
    return favours("check", WEAK, seen, expected) if hurts else notes("check", seen, expected)


def _contrast(observations: Observations, suspect: Suspect, onset: datetime) -> Iterator[Evidence]:
    """A change after the onset is followed by failures whatever it is: then only a likeness tells something."""
    new = _tally(observations, suspect.change.component, suspect.change.after)
    old = _tally(observations, suspect.change.component, suspect.change.before)
    if new is None or old is None or new.failed < LEAST_FAILURES:
        return
    expected = "events fail under the new digest and pass under the old one"
    seen = f"{suspect.change.component}: {_share(new)}; {_share(old)}"
    chance = chance_of_contrast(new.failed, new.seen, old.failed, old.seen)
    differs = chance < CONTRAST_P and new.failed_share > 2 * old.failed_share
    if differs and suspect.at <= onset + ONSET_SLACK:
        yield favours("digest", WEAK, seen, expected)
    elif old.failed >= LEAST_FAILURES and old.failed_share >= new.failed_share / 2:
        yield opposes("digest", STRONG, seen, expected)


def _tally(observations: Observations, component: str, digest: str | None) -> ConfigTally | None:
    return next((t for t in observations.tallies if (t.component, t.digest) == (component, digest)), None)


def _share(tally: ConfigTally) -> str:
    return f"{tally.failed} of {tally.seen} events failed under {tally.digest}"


def _named(suspect: Suspect) -> str:
    change = suspect.change
    keys = ", ".join(f"{d.pointer} {d.before} → {d.after}" for d in change.differences) or "settings not compared"
    return f"{change.component}: {change.before} → {change.after} ({keys})"


def _when(suspect: Suspect, onset: datetime) -> str:
    return f"{'loaded' if suspect.loaded_at else 'changed'} {apart(suspect.at, onset)}"


def _said(findings: tuple[Finding, ...]) -> str:
    worst = min(findings, key=lambda finding: finding.severity.rank)
    return f"{worst.rule} ({worst.severity}): {worst.effect.who}: {worst.effect.symptom}"


def _listed(found: frozenset[Symptom]) -> str:
    return ", ".join(sorted(found))


CAUSE = Cause(
    id="configuration",
    title="configuration change",
    predictions=__doc__ or "",
    asks_for=(Examination.PROCESS, Examination.CONNECTION, Examination.SURROUNDINGS),
    weigh=weigh,
    remedy=ActionKind.ROLL_BACK,
)
