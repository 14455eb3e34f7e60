"""What lines come to if the parser reads each of them, and what a tally of them says, in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from doorward.log_line.tally import MARK_BYTES, Tallied, who, window_of, words
from doorward.model.sign_in import SignInEvent

Parse = Callable[[bytes, str], SignInEvent | None]
Told = tuple[Counter[object], dict[object, set[object]]]


def by_parser(parse: Parse, lines: list[bytes], width_s: float) -> Told:
    """Events by window, verdict and client, with who was in each."""
    counts, people = Counter[object](), dict[object, set[object]]()
    for line in filter(bytes.strip, lines):
        try:
            event = parse(line, "auth")
        except ValueError:
            counts["unparsed"] += 1
            continue
        if event is None or event.probe:
            counts["probe" if event else "silent"] += 1
            continue
        key = (window_of(event.at.timestamp(), width_s), words(event.kind, event.outcome, event.reason), event.client)
        counts[key] += 1
        people.setdefault(key, set()).update({who(event)} - {None, ""})
    return +counts, people


def told(parse: Parse, tallied: Tallied, width_s: float) -> Told:
    """The tally, and by the parser what it left."""
    counts, people = by_parser(parse, tallied.rest, width_s)
    counts["probe"] += tallied.probes
    counts["silent"] += tallied.silent
    for key, count in tallied.counts.items():
        counts[key] += count
        marks = tallied.marks.get(key, b"").decode()
        people.setdefault(key, set()).update(tallied.people[key])
        people[key].update(marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES))
        people[key] -= {None, ""}
    return +counts, people
