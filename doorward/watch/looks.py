"""Does a departure look like an outage, an attack, or the ripple of a deployment?

In: observations before and since the onset, what is usual, the last restart. Out: a verdict with its reason, and whom
to leave out from now on so that an outage under an attack is still seen. Pure, no clock.

An attack adds failures; an outage turns successes into failures. So an attack is told where strange networks have all
the failures, each many names (many subjects, few sources), or where successes keep their course while failures come on
top (many sources). A ripple hurts only those who were on their way when the service restarted.
Source: the "confusing change" (arXiv 2405.00842): detect the one without being triggered by the other.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from doorward.model.detection import Looks
from doorward.model.sign_in import TYPED, Reason
from doorward.watch.observation import Observation, tally

# So many failing names may be an attacker's, two or more on each of his networks, if nobody there succeeded meanwhile.
_NAMES = 4
_NAMES_EACH = 2
# A hundred to one before anything is called other than an outage: to miss an outage costs more than to be woken.
_SURE = math.log(100)
# What is left without them is unusual from here on: the departure was picked for being high, and holds chance as well.
_REST = math.log(20)
# A network with more than this part of the traffic before is where people come from.
_STRANGE = 0.1
# So many times the people of before must come for failures to be "on top": traffic wanders by itself.
_MORE = 1.4
# In logs: successes that kept their course are that much likelier than such as were lost, to say the least.
_AS_BEFORE = 1.0
# Which makes at least this share of failures, and is compared within the same part of the day.
_ON_TOP = 0.25
_SOON_S = 600.0
_LEAST_BEFORE = 20
_LEAST_BEFORE_S = 60.0
_LATELY_S = 3600.0
# An attack that is likelier than an outage by this, not yet surely, is waited for, until so many failed: what comes on
# top takes a few seconds more to be told from what is lost.
_LIKELIER = math.log(3)
_WAITED = 15
# A restart's ripple begins within half a minute of it.
RIPPLE_S = 30.0
_TYPED = frozenset(reason.value for reason in TYPED)
# What a restart does to those on their way. A session that is lost is harm, whoever had it.
_RIPPLES = frozenset(reason.value for reason in (Reason.CSRF, Reason.STATE_MISMATCH, Reason.SERVER_ERROR))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`hostile` are the networks of an attack; empty for one that comes from everywhere. `is_open`: so far an attack is
    likelier, and a few more people will tell."""

    looks: Looks
    why: str
    hostile: frozenset[str] = frozenset()
    is_open: bool = False


def verdict(before: list[Observation], since: list[Observation], usual: float, restarted_s: float | None) -> Verdict:
    """What it looks like; an outage unless another speaks a hundred to one."""
    reasons = {one.reason for one in since if one.failed}
    if reasons <= _TYPED:
        return _few_sources(before, since, usual) or _many_sources(before, since) or _outage()
    if restarted_s is not None and reasons <= _RIPPLES and since[0].at_s - restarted_s <= RIPPLE_S:
        return _ripple(since, restarted_s) or _outage()
    return _outage()


def _outage(is_open: bool = False) -> Verdict:
    return Verdict(Looks.OUTAGE, "looks like an outage: people who used to succeed fail", is_open=is_open)


def _few_sources(before: list[Observation], since: list[Observation], usual: float) -> Verdict | None:
    """Networks with many failing names, no success, and little traffic before; without them all is usual."""
    names: dict[str, set[str | None]] = {}
    for one in since:
        if one.failed and one.event is not None and one.event.source is not None:
            names.setdefault(one.event.source, set()).add(one.key)
    succeeding = {one.event.source for one in since if not one.failed and one.event is not None}
    known = Counter(one.event.source for one in before if one.event is not None)
    total = sum(known.values())
    hostile = set()
    for source, failing in names.items():
        share = (known[source] + 0.5) / (total + 1)
        surprise = len(failing) * math.log(len(failing) / (len(since) * min(share, 1.0))) if total else 0.0
        if len(failing) >= _NAMES_EACH and source not in succeeding and surprise >= _SURE and share <= _STRANGE:
            hostile.add(source)
    count = sum(len(names[source]) for source in hostile)
    if not hostile:
        return None
    failed, seen = tally([one for one in since if one.event is None or one.event.source not in hostile])
    if seen and _unusual(failed, seen, usual) > _REST:
        return None
    if count < _NAMES:
        return _outage(is_open=True)
    networks = "one network" if len(hostile) == 1 else f"{len(hostile)} networks"
    why = f"looks like an attack: {count} names from {networks} of which nobody signs in"
    return Verdict(Looks.ATTACK, why, frozenset(hostile))


def _many_sources(before: list[Observation], since: list[Observation]) -> Verdict | None:
    """Successes as many as before, failures on top."""
    lately = [one for one in before if one.at_s >= since[0].at_s - _LATELY_S]
    failed, seen = tally(since)
    failed_before, seen_before = tally(lately)
    if seen_before < _LEAST_BEFORE or since[0].at_s - lately[0].at_s < _LEAST_BEFORE_S:
        return None
    # The last line may be a late one.
    elapsed_s = max(max(one.at_s for one in since) - since[0].at_s, 1.0)
    if elapsed_s > _SOON_S:
        return None
    usual_s = since[0].at_s - lately[0].at_s
    came, succeeded = seen_before / usual_s * elapsed_s, (seen_before - failed_before) / usual_s * elapsed_s
    share = failed / seen
    as_before = _log_poisson(seen - failed, succeeded) - _log_poisson(seen - failed, came * (1 - share))
    on_top = _log_poisson(failed, float(failed)) - _log_poisson(failed, came * share)
    # That failures came on top is not enough: retries of an outage do too. Successes must have kept their course.
    is_more = seen >= _MORE * came + 2 * math.sqrt(came) and share >= _ON_TOP
    if not is_more or as_before < _AS_BEFORE or as_before + on_top < _SURE:
        return _outage(is_open=True) if failed < _WAITED and as_before + on_top >= _LIKELIER else None
    why = f"looks like an attack: as many sign in as before, and {failed} failures come on top"
    return Verdict(Looks.ATTACK, why)


def _unusual(failed: int, seen: int, usual: float) -> float:
    """How much better the share that was seen fits than the usual one, in logs; 0 where it is lower."""
    share = failed / seen
    if share <= usual:
        return 0.0
    left = (seen - failed) * math.log((1 - share) / (1 - usual)) if failed < seen else 0.0
    return failed * math.log(share / usual) + left


def _log_poisson(count: int, mean: float) -> float:
    """Without the count's factorial, which all hypotheses share."""
    mean = max(mean, 1e-9)
    return count * math.log(mean) - mean


def _ripple(since: list[Observation], restarted_s: float) -> Verdict | None:
    """Those who came after the restart are let in; only who was on the way fails."""
    new = [one for one in since if one.since_s is not None and one.since_s > restarted_s]
    failed, seen = tally(new)
    share = min(tally(since)[0] / tally(since)[1], 0.99)
    if failed or seen * -math.log(1 - share) < _SURE:
        return None
    why = f"looks like the ripple of a restart: {seen} people who came after it were let in"
    return Verdict(Looks.RIPPLE, why)
