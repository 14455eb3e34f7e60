"""The page of the causes, drawn from their files: what each predicts, examines and licenses."""

from __future__ import annotations

from pathlib import Path

from doorward.diagnose import causes
from doorward.diagnose.cause import DECISIVE, RULED_OUT_AT, STRONG, SUPPORTED_AT, WEAK
from doorward.diagnose.conclusion import ATTACK_AFTER, CLEAR_LEAD, ELIMINATION
from doorward.wiring.moves import LOOK_AGAIN_FOR

PAGE = Path(__file__).parent / "diagnosing.md"

_HEAD = f"""# The differential

Every cause is judged by the same observations: detections with the interval of their onset, changes of configuration
with what the check says of them beside the other components, reasons before and since, clients, browsers, networks and
providers beside one another, trial sign-ins, and examinations by real protocols, each within a deadline and a bound of
bytes. What is different from a time when all was well is told from what always was.

A piece of evidence weighs {WEAK:g} (worth saying), {STRONG:g} (two of these settle it) or {DECISIVE:g} (settles it),
for or against: natural logarithms of how much likelier it is if the cause is at work. From {SUPPORTED_AT:+g} on a cause
is supported, from {RULED_OUT_AT:+g} on ruled out; one that lacks its tests is never ruled out. When tests speak
against nearly all others, that weighs {ELIMINATION:g} for the one that is left. What is concluded leads every rival by
{CLEAR_LEAD:g}; otherwise Doorward says *cannot tell*, and without a signal *nothing is wrong*.

`doorward diagnose INCIDENT` shows the causes with the reason of each verdict and what could not be tested; `--explain`
shows each step. The dashboard, the page and the postmortem show the same. What examines what is named in
`doorward.toml` (`docs/settings.md`: database, store, issuer, ldap, upstream, keys, code, authorities of a component).
Of a process that its pid file names it also looks at the connections that it holds, by the kernel's account of them, at
the names of its environment's variables (a value is known again by a keyed digest), and at what the kernel grants it.
Where it listens elsewhere than people ask, the pages that probes open first are asked for both ways, every 15 s while
all is well: a proxy, a cache or a gateway has settings that no file here tells.

A cause that was stated stands. When a further sign joins the incident it is judged again, for
{LOOK_AGAIN_FOR.seconds} s: another takes its place where that leads by {CLEAR_LEAD:g} by evidence that was not there,
and a test settles it or the earlier one is no longer supported. The record says what fell, and whoever was asked is
asked anew. An attack that only guesses is stated {ATTACK_AFTER.seconds} s after the onset at the soonest, and not at
all while trial sign-ins fail and people for reasons that nobody types.

What each differential was made from is kept beside the incident log (`observations/` of the state directory, bounded):
`doorward diagnose INCIDENT --again --explain` judges it by the present version, and writes nothing.
"""


def page() -> str:
    """The page's text."""
    return "\n".join([_HEAD, *(_cause(cause.id) for cause in causes())])


def _cause(name: str) -> str:
    cause = next(cause for cause in causes() if cause.id == name)
    examined = ", ".join(cause.asks_for) or "what was observed already"
    licensed = f"the action {cause.remedy}" if cause.remedy else "no action: a person must act"
    text = cause.predictions.strip().replace("\n\n", "\n")
    return f"## {cause.title} (`{cause.id}`)\n\n```text\n{text}\n```\n\nExamines: {examined}. Licenses {licensed}.\n"
