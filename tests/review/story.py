"""A log of drill A as Doorward writes it, made of model objects: no database, no clock.

`told(lines)` chains (seconds after the first person was hurt, author, body) into entries; `drill_a()` is the story.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from doorward import incident_log
from doorward.model.action import Action, ActionKind, Plan
from doorward.model.config_version import Change
from doorward.model.detection import Detection, Direction, Signal
from doorward.model.diagnosis import Differential, Evidence, Hypothesis, Leaning, Verdict
from doorward.model.entry import (
    KIND_OF,
    Acknowledged,
    ActionFailed,
    ActionStarted,
    ActionSucceeded,
    Approved,
    Asked,
    Corrected,
    Declared,
    Diagnosed,
    Entry,
    EntryBody,
    Escalated,
    ImpactMeasured,
    Joined,
    Noted,
    PageAttemptFailed,
    PageDelivered,
    PageQueued,
    Planned,
    Recovered,
    Resolved,
    SessionsCleared,
    Verified,
)
from doorward.model.finding import Difference

FIRST_HURT = datetime(2026, 11, 21, 10, 0, 4, 200_000, tzinfo=UTC)
ID = "2026-11-21-1"
PLAN = "5f0c2a91d3b7"

Line = tuple[float, str, EntryBody]


def at(seconds: float) -> datetime:
    """That many seconds after the first person was hurt."""
    return FIRST_HURT + timedelta(seconds=seconds)


def told(lines: Iterable[Line], incident: str = ID) -> tuple[Entry, ...]:
    """The lines as a chained log."""
    previous, entries = incident_log.GENESIS, []
    for seq, (seconds, by, body) in enumerate(lines, start=1):
        text = incident_log.encode_body(body)
        made = incident_log.link(previous, seq, incident, at(seconds), by, KIND_OF[type(body)], text)
        entries.append(Entry(seq, incident, at(seconds), by, body, previous, made))
        previous = made
    return tuple(entries)


def rejections(detected_s: float = 9.6) -> Detection:
    """Sessions are refused because the network changed."""
    segment = (("component", "auth"), ("reason", "network-changed"))
    return Detection(
        at(detected_s), at(0.4), Signal.SESSION_REJECTIONS, segment, 0.41, 0.04, Direction.UP, 12.4, 11.9, 5
    )


def inquiries(detected_s: float = 48.0) -> Detection:
    """People write to support."""
    segment = (("component", "portal"),)
    return Detection(at(detected_s), at(21.0), Signal.SUPPORT_INQUIRIES, segment, 9.0, 0.5, Direction.UP, 12.1, 11.9, 6)


CHANGE = Change(
    "auth", "91ab34c0ffee", "d00d5e77aa01", at(-11.2), None, (Difference("session.bind_ipv4_prefix", "24", "32"),)
)


def ruled_out(cause: str, title: str, seen: str, expected: str) -> Hypothesis:
    """A trail that leads nowhere, and how one can tell."""
    evidence = (Evidence(cause, Leaning.AGAINST, seen, expected, 4.0),)
    return Hypothesis(cause, title, Verdict.RULED_OUT, seen, -4.0, evidence, "")


def differential() -> Differential:
    """The right cause first, the wrong trails of the report ruled out."""
    supported = Hypothesis(
        "configuration",
        "configuration change",
        Verdict.SUPPORTED,
        "loaded 11 s before the onset",
        6.0,
        (
            Evidence("time", Leaning.FOR, "loaded 11 s before the onset", "a change shortly before the onset", 4.0),
            Evidence(
                "check",
                Leaning.FOR,
                "binding-narrowed (partial): people with several addresses: sent back to the sign-in; met: sent-back",
                "the check of the change predicts what people meet",
                2.0,
            ),
        ),
        "put the last good version back",
        "auth",
        CHANGE,
        ActionKind.ROLL_BACK,
    )
    network = Hypothesis(
        "upstream",
        "failure of the provider's network",
        Verdict.NOT_TESTABLE,
        "no vantage point outside",
        0.0,
        (),
        "ask the provider",
    )
    trails = (
        ruled_out("server", "server failure", "both processes run and answer in 6 ms", "no process, or no answer"),
        ruled_out("database", "database failure", "reads and takes a write lock in 2 ms", "errors or waiting"),
        ruled_out(
            "network", "network failure", "connections open in 1 ms, none refused", "refused or lost connections"
        ),
        ruled_out("load", "heavy traffic", "61 sign-ins a minute, 60 are usual", "far more than usual"),
        ruled_out("attack", "cyberattack", "8 % wrong passwords, 8 % are usual; no source stands out", "many"),
    )
    return Differential(
        at(11.0), (supported, *trails, network), "configuration", "one cause is supported, the others are ruled out"
    )


def plan() -> Plan:
    """Put back, reload, clear, verify."""
    return Plan(
        PLAN,
        "the configuration of auth changed from 91ab34c0ffee to d00d5e77aa01 (session.bind_ipv4_prefix) and is the "
        "only cause that the tests support",
        (
            Action(
                1,
                ActionKind.ROLL_BACK,
                "auth",
                "91ab34c0ffee",
                "put configuration 91ab34c0ffee of auth back (proved good by probes)",
            ),
            Action(2, ActionKind.RESTART, "auth", "auth", "reload auth so that it takes 91ab34c0ffee"),
            Action(
                3,
                ActionKind.CLEAR_SESSIONS,
                "auth",
                "binding prefix 32",
                "end the sessions of auth that cannot be used any more",
                27,
            ),
            Action(4, ActionKind.VERIFY, "auth", "sign-in", "sign in by every probe and compare"),
        ),
    )


def impact(hurt: int, seen: int, last_s: float, sent_back: int, wrote: int) -> ImpactMeasured:
    """A count so far."""
    by_reason = (("network-changed", sent_back), ("support-inquiry", wrote))
    return ImpactMeasured(hurt, seen, at(0.0), at(last_s), by_reason, "logs of auth, portal")


def drill_a_lines() -> list[Line]:
    """The story from the detection to the end."""
    mail, chat = f"{ID}:0:mail:declared", f"{ID}:0:pager:declared"
    subject = "[School portal] People are sent back to the sign-in page"
    succeeded = [
        (18.9, "configuration 91ab34c0ffee is back, d00d5e77aa01 is pinned", None),
        (20.4, "it runs with 91ab34c0ffee after 0.7 s", None),
        (21.7, "ended 27 sessions, kept 148", 27),
    ]
    lines: list[Line] = [
        (
            9.9,
            "doorward",
            Declared("School portal", "People are sent back to the sign-in page", "first-of-its-kind", rejections()),
        ),
        (9.9, "doorward", Escalated(0, "IT support", "declared")),
        (9.9, "doorward", PageQueued(mail, "mail", "it-support@school.example", subject, 0)),
        (9.9, "doorward", PageQueued(chat, "pager", "pager", subject, 0)),
        (10.1, "doorward", PageDelivered(chat, 1)),
        (10.3, "doorward", PageAttemptFailed(mail, "mail server 127.0.0.1:25 cannot be used", at(15.3))),
        (11.1, "doorward", Diagnosed(differential(), CHANGE)),
        (
            11.3,
            "doorward",
            ImpactMeasured(5, 12, at(0.0), at(9.0), (("network-changed", 11),), "logs of auth, portal"),
        ),
        (11.9, "doorward", Planned(plan())),
        (15.4, "doorward", PageDelivered(mail, 2)),
        (16.8, "mwangi", Acknowledged("looking at it")),
        (17.9, "mwangi", Approved(PLAN, "approved on the dashboard")),
    ]
    for step, (ended_s, detail, count) in enumerate(succeeded, start=1):
        lines.append((ended_s - 0.8, "doorward", ActionStarted(PLAN, step)))
        if count is not None:
            cleared = tuple(f"{number:016x}" for number in range(count))
            lines.append(
                (
                    ended_s,
                    "doorward",
                    SessionsCleared(
                        "auth", "issued under the faulty configuration and refused since, or not loadable", cleared, 148
                    ),
                )
            )
        lines.append((ended_s, "doorward", ActionSucceeded(PLAN, step, detail, count)))
    lines += [
        (22.0, "doorward", ActionStarted(PLAN, 4)),
        (24.6, "doorward", Verified(True, "2 of 2 probes pass", (("form", "passed", "ok"), ("oidc", "passed", "ok")))),
        (24.6, "doorward", ActionSucceeded(PLAN, 4, "2 of 2 probes pass", None)),
        (35.0, "doorward", impact(27, 60, 21.1, 58, 6)),
        (35.0, "doorward", Recovered("probes pass and nobody has been hurt since")),
        (48.2, "mwangi", Noted("Told the help desk.")),
        (610.0, "mwangi", Noted("Lesson: nobody had told the network team that addresses are part of a session.")),
        (640.0, "mwangi", Resolved("quiet for ten minutes")),
    ]
    return lines


def gone_wrong_lines() -> list[Line]:
    """The same beginning, but a step fails, a person is asked, nobody answers, and it comes back."""
    key = f"{ID}:1:phone:escalated"
    return [
        *drill_a_lines()[:9],
        (12.5, "policy", Approved(PLAN, "recover.approval=policy")),
        (13.0, "doorward", ActionStarted(PLAN, 1)),
        (13.2, "doorward", ActionFailed(PLAN, 1, "the disk is full")),
        (13.2, "doorward", Asked("Step 1 (roll-back) failed: the disk is full. What now?")),
        (310.0, "doorward", Escalated(1, "System operations", "not-acknowledged")),
        (310.0, "doorward", PageQueued(key, "phone", "phone", "Nobody answered", 1)),
        (330.0, "mwangi", Acknowledged("")),
        (340.0, "mwangi", Corrected(13, "the disk was read-only, not full")),
        (400.0, "doorward", Recovered("probes pass")),
        (900.0, "doorward", Joined(rejections(899.0), "relapse")),
    ]


def drill_a() -> tuple[Entry, ...]:
    """The whole story, chained."""
    return told(drill_a_lines())
