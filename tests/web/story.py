"""A realistic drill A as entries of the log, windows, probes, versions and health, written through the store itself.

`now` is the moment of looking; everything lies shortly before it. `tell(now, upto=...)` stops the story at a chapter.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from doorward.model.action import Action, ActionKind, Plan
from doorward.model.config_version import Change, ConfigVersion, Standing
from doorward.model.detection import Detection, Direction, Signal
from doorward.model.diagnosis import Differential, Evidence, Hypothesis, Leaning, Verdict
from doorward.model.entry import (
    Acknowledged,
    ActionStarted,
    ActionSucceeded,
    Approved,
    Declared,
    Diagnosed,
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
from doorward.model.journey import ProbeOutcome, ProbeResult, Step, Timing
from doorward.model.sign_in import Bucket, Kind, Outcome, Reason
from doorward.store import log, versions, watching

INCIDENT = "2026-11-21-1"
GOOD, BAD = "4f1c09a7d2be", "9be27714c0aa"
CHAPTERS = ("declared", "diagnosed", "planned", "acknowledged", "approved", "recovered", "resolved")
# Since the fault: when each chapter is written, in seconds.
_TIMES_S = dict(zip(CHAPTERS, (9, 14, 16, 75, 130, 165, 420), strict=True))


def tell(now: datetime, upto: str = "planned", ago_s: float = 180.0) -> str:
    """Write drill A up to and with this chapter; the fault began `ago_s` before now. Returns the incident's id."""
    fault = now - timedelta(seconds=ago_s)
    for chapter in CHAPTERS[: CHAPTERS.index(upto) + 1]:
        at = fault + timedelta(seconds=_TIMES_S[chapter])
        for number, (by, bodies) in enumerate(_chapter(chapter, fault, at)):
            log.append(INCIDENT, by, at + timedelta(seconds=0.7 * number), bodies)
    _versions(fault, CHAPTERS.index(upto) >= CHAPTERS.index("approved"))
    return INCIDENT


def plan(count: int = 43) -> Plan:
    """The plan of drill A."""
    return Plan(
        "c0ffee12ab34",
        f"the configuration of auth changed from {GOOD} to {BAD} (session.bind_ipv4_prefix) and is the only cause that "
        "the tests support",
        (
            Action(
                1,
                ActionKind.ROLL_BACK,
                "auth",
                GOOD,
                f"put configuration {GOOD} of auth back (proved good by probes) and pin {BAD} as bad",
            ),
            Action(2, ActionKind.RESTART, "auth", GOOD, f"reload auth so that it takes {GOOD}"),
            Action(
                3,
                ActionKind.CLEAR_SESSIONS,
                "auth",
                BAD,
                "end the sessions of auth that cannot be used any more; all others stay signed in",
                count,
            ),
            Action(4, ActionKind.VERIFY, "auth", "portal, auth", "sign in by every probe and compare"),
        ),
    )


def detection(onset: datetime, signal: Signal = Signal.SESSION_REJECTIONS, people: int = 9) -> Detection:
    """Sessions are refused because the network changed."""
    return Detection(
        onset + timedelta(seconds=9),
        onset,
        signal,
        (("component", "auth"), ("reason", "network-changed")),
        0.43,
        0.06,
        Direction.UP,
        14.2,
        11.5,
        people,
        ("9 of 21 sessions presented in 9 s were refused: network-changed",),
    )


def differential(at: datetime) -> Differential:
    """The configuration is the cause; five wrong trails are ruled out, one cannot be tested, one stays open."""
    return Differential(
        at,
        (
            Hypothesis(
                "configuration",
                "A configuration change of auth broke sessions",
                Verdict.SUPPORTED,
                "changed-before-onset-and-names-the-symptom",
                4.5,
                (
                    Evidence(
                        "change-before-onset",
                        Leaning.FOR,
                        "auth.toml changed 6 s before the first refusal",
                        "a change shortly before the onset",
                        2.0,
                    ),
                    Evidence(
                        "key-names-symptom",
                        Leaning.FOR,
                        "session.bind_ipv4_prefix went from 24 to 32; the refusals say network-changed",
                        "a changed key that governs the refused step",
                        2.5,
                    ),
                ),
                "put the earlier version back and sign in by every probe",
            ),
            _ruled_out(
                "database", "The database is slow, locked or full", "12 writes took 3 ms each; no lock waited on"
            ),
            _ruled_out("server", "A server is down or overloaded", "both processes answer /healthz in 2 ms; load 0.4"),
            _ruled_out("network", "The network loses or delays requests", "0 of 40 requests lost, 1 ms to connect"),
            _ruled_out("load", "Heavy traffic", "61 sign-ins a minute; the usual is 60"),
            _ruled_out("attack", "A cyberattack", "passwords were right; no network tries more names than usual"),
            Hypothesis(
                "upstream", "A provider upstream fails", Verdict.NOT_TESTABLE, "no-provider-upstream", 0.0, (), ""
            ),
            Hypothesis(
                "deploy",
                "A new release of the software",
                Verdict.OPEN,
                "nothing-says-either-way",
                0.0,
                (Evidence("process-age", Leaning.NEUTRAL, "the process reloaded 6 s before", "a restart", 0.0),),
                "compare the package versions with yesterday's",
            ),
        ),
        "configuration",
        "one cause is supported and five are ruled out",
    )


def _ruled_out(cause: str, title: str, seen: str) -> Hypothesis:
    evidence = Evidence(f"{cause}-examination", Leaning.AGAINST, seen, "the opposite", 2.0)
    return Hypothesis(cause, title, Verdict.RULED_OUT, "measured-and-as-usual", -2.0, (evidence,), "")


def _chapter(chapter: str, fault: datetime, at: datetime) -> list[tuple[str, list[EntryBody]]]:
    digest = plan().digest
    if chapter == "declared":
        title = "Sessions are refused because people's networks change"
        key = f"{INCIDENT}-0-mail"
        return [
            ("doorward", [Declared("School portal", title, "people-hurt", detection(fault))]),
            ("doorward", [Escalated(0, "IT support", "incident-declared")]),
            ("doorward", [PageQueued(key, "mail", "it-support@school.example", f"Cannot sign in: {title}", 0)]),
            ("doorward", [PageAttemptFailed(key, "connection refused", at + timedelta(seconds=5))]),
            ("doorward", [PageDelivered(key, 2)]),
            ("doorward", [ImpactMeasured(9, 21, fault, at, (("network-changed", 31),), "auth log")]),
        ]
    if chapter == "diagnosed":
        change = Change("auth", GOOD, BAD, fault, "Sam", (Difference("session.bind_ipv4_prefix", "24", "32"),))
        return [("doorward", [Diagnosed(differential(at), change)])]
    if chapter == "planned":
        key = f"{INCIDENT}-1-mail"
        return [
            ("doorward", [Planned(plan())]),
            ("doorward", [Joined(detection(fault, Signal.SUPPORT_INQUIRIES, 4), "same-segment")]),
            ("doorward", [PageQueued(key, "mail", "operations@school.example", "Plan waits for approval", 1)]),
            ("doorward", [ImpactMeasured(81, 180, fault, at, (("network-changed", 240),), "auth log")]),
        ]
    if chapter == "acknowledged":
        return [("mara", [Acknowledged("looking")]), ("mara", [Noted("Told the help desk.")])]
    if chapter == "approved":
        return [
            ("mara", [Approved(digest, "on-the-dashboard")]),
            ("doorward", [ActionStarted(digest, 1), ActionSucceeded(digest, 1, f"wrote {GOOD}, pinned {BAD}")]),
            ("doorward", [ActionStarted(digest, 2)]),
        ]
    if chapter == "recovered":
        sessions = tuple(f"{number:016x}" for number in range(43))
        results = (("portal", "passed", "ok"), ("auth", "passed", "ok"))
        return [
            ("doorward", [ActionSucceeded(digest, 2, "sent HUP to process 4711")]),
            ("doorward", [ActionStarted(digest, 3)]),
            ("doorward", [SessionsCleared("auth", "bound to a single address under the fault", sessions, 122)]),
            ("doorward", [ActionSucceeded(digest, 3, "ended 43 sessions, kept 122", 43)]),
            ("doorward", [ActionStarted(digest, 4)]),
            ("doorward", [Verified(True, "every-probe-passed", results), ActionSucceeded(digest, 4, "2 probes")]),
            ("doorward", [Recovered("probes-pass-and-signals-are-usual")]),
        ]
    return [("mara", [Resolved("watched for an hour, nothing more came")])]


def _versions(fault: datetime, is_put_back: bool) -> None:
    for digest, at, author, standing in (
        (GOOD, fault - timedelta(days=2), "Ines", Standing.PROVED_GOOD),
        (BAD, fault, "Sam", Standing.PINNED),
    ):
        versions.add(ConfigVersion("auth", digest, at, at, author, standing))
    if is_put_back:
        at = fault + timedelta(seconds=_TIMES_S["approved"])
        versions.add(ConfigVersion("auth", GOOD, at, at, None, Standing.PROVED_GOOD))


def traffic(now: datetime, hurt_for_s: float = 0.0, minutes: int = 4) -> None:
    """Windows of 10 s of a service at about 60 sign-ins a minute; the last `hurt_for_s` seconds are drill A."""
    start = datetime.fromtimestamp(now.timestamp() // 10 * 10, tz=now.tzinfo) - timedelta(minutes=minutes)
    made = []
    for number in range(minutes * 6):
        opened_at = start + timedelta(seconds=10 * number)
        hurt = (now - opened_at).total_seconds() <= hurt_for_s
        made.append(_window("auth", opened_at, number, hurt))
        made.append(Bucket("portal", opened_at, 10.0, {(Kind.REQUEST, Outcome.SUCCESS, Reason.OK): 60 + number % 9}))
    watching.commit({}, made)


def _window(component: str, opened_at: datetime, number: int, hurt: bool) -> Bucket:
    wave = (number * 7) % 5 + (number * 3) % 4
    counts = {
        (Kind.SIGN_IN, Outcome.SUCCESS, Reason.OK): 7 + wave,
        (Kind.SIGN_IN, Outcome.FAILURE, Reason.WRONG_PASSWORD): number % 3,
        (Kind.SESSION, Outcome.SUCCESS, Reason.OK): 24,
        (Kind.SESSION, Outcome.FAILURE, Reason.SESSION_EXPIRED): number % 2,
        (Kind.REQUEST, Outcome.SUCCESS, Reason.OK): 55,
    }
    if hurt:
        counts[(Kind.SESSION, Outcome.FAILURE, Reason.NETWORK_CHANGED)] = 11 + wave
        counts[(Kind.INQUIRY, Outcome.UNKNOWN, Reason.OTHER)] = number % 2
    return Bucket(component, opened_at, 10.0, counts)


def probing(
    now: datetime, outcome: ProbeOutcome = ProbeOutcome.PASSED, runs: int = 12, age_s: float = 5.0, bad: int = 3
) -> None:
    """Two probes every 20 s, the last `age_s` ago; the last `bad` runs of `portal` have this outcome."""
    for run in range(runs):
        at = now - timedelta(seconds=age_s + 20 * (runs - 1 - run))
        watching.add_probe(_result("auth", at, ProbeOutcome.PASSED))
        watching.add_probe(_result("portal", at, outcome if run >= runs - bad else ProbeOutcome.PASSED))


def _result(name: str, at: datetime, outcome: ProbeOutcome) -> ProbeResult:
    good = outcome is ProbeOutcome.PASSED
    steps = (
        Step("open the courses", "GET", "/courses/", 302, 11.2, "to the sign-in form", Timing(1.6, 0.9, 4.2, 4.1, 0.4)),
        Step(
            "send name and password",
            "POST",
            "/sign-in/",
            302,
            92.5,
            "to the authorize step",
            Timing(None, None, None, 91.9, 0.6),
        ),
        Step(
            "authorize", "GET", "/o/authorize/", 302, 14.0, "back at the portal" if good else "back at the sign-in form"
        ),
    )
    notes = (
        "cookie portal_session is set without SameSite",
        "the certificate of portal.school.example ends in 12 days",
    )
    reason = "ok" if good else "sent-back-to-sign-in"
    return ProbeResult(name, at, outcome, reason, "signed-in-page", steps, notes=notes)


def healthy(now: datetime) -> None:
    """Every part of Doorward is well."""
    for part, detail in (
        ("watch", "2 logs, 4 s behind at most"),
        ("probe", "2 probes on time"),
        ("pages", "nothing owed"),
        ("store", "12 MiB, log of 25 lines"),
    ):
        watching.set_health(part, "green", detail, now)
