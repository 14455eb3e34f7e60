"""Alert rules for Prometheus over Doorward's metrics, for those who want their alerts from Alertmanager.

In: the dashboard's address, if it has one. Out: the text of a rule file. The detectors have decided already: the rules
add no threshold of their own to what they say, only what Prometheus alone can know: that Doorward does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import yaml

from doorward.watch import metric_names as names

GROUP = "doorward"


class Severity(StrEnum):
    """Whom it wakes: `page` a person, `ticket` nobody before the morning."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """`holds_for`: how long the expression must hold; `runbook`: what whoever gets it does first."""

    alert: str
    expr: str
    holds_for: str
    severity: Severity
    summary: str
    runbook: str


RULES = (
    AlertRule(
        "DoorwardDetected",
        f"{names.DETECTED.name} == 1",
        "0s",
        Severity.PAGE,
        "{{ $labels.signal }} of {{ $labels.component }} {{ $labels.segment }} left its usual course",
        "Open the incident on the dashboard or `doorward incident list`; `doorward diagnose last` says why, and what "
        "it is not; `doorward recover last` shows the repair.",
    ),
    AlertRule(
        "DoorwardSuspicion",
        f"{names.EVIDENCE.name} / {names.THRESHOLD.name} > 0.8",
        "2m",
        Severity.TICKET,
        "{{ $labels.signal }} of {{ $labels.component }} {{ $labels.segment }} is nearly detected",
        "Look at the component's page under Watch; if a change was made lately, `doorward check` it again.",
    ),
    AlertRule(
        "DoorwardProbeFails",
        f"{names.PROBE.name} == 0",
        "1m",
        Severity.PAGE,
        "the probe {{ $labels.probe }} cannot sign in",
        "`doorward probe` signs in once and shows at which step it ends.",
    ),
    AlertRule(
        "DoorwardProbeSilent",
        f"time() - {names.PROBED.name} > 900",
        "1m",
        Severity.TICKET,
        "the probe {{ $labels.probe }} has not signed in for a quarter of an hour",
        "Look at the health of Doorward's own parts on its first page.",
    ),
    AlertRule(
        "DoorwardLogSilent",
        f"time() - {names.LAST_EVENT.name} > 3600",
        "1m",
        Severity.TICKET,
        "the log of {{ $labels.component }} has said nothing for an hour",
        "Is the component up, and does it still write to the log that doorward.toml names? Raise the hour where nights "
        "are that quiet; too few sign-ins by day are a detection of their own.",
    ),
    AlertRule(
        "DoorwardLinesUnread",
        f"rate({names.UNPARSED.name}[5m]) > 0",
        "10m",
        Severity.TICKET,
        "lines of the log of {{ $labels.component }} do not parse",
        "`doorward events LOG --explain` says how its lines are read; a release may have changed their form.",
    ),
    AlertRule(
        "DoorwardBehind",
        f"{names.BEHIND.name} == 1",
        "5m",
        Severity.TICKET,
        "logs are written faster than they are read",
        "Detections come late. Give Doorward a core of its own, or fewer lines to read.",
    ),
    AlertRule(
        "DoorwardUnwell",
        f'{names.HEALTH.name}{{state=~"red|silent"}} == 1',
        "2m",
        Severity.PAGE,
        "{{ $labels.part }} of Doorward is {{ $labels.state }}",
        "Its first page says what is wrong with it; so does the output of `doorward run`.",
    ),
    AlertRule(
        "DoorwardStoreAway",
        f"{names.STORE.name} == 0",
        "1m",
        Severity.PAGE,
        "Doorward's database does not answer",
        "Free the disk or the lock. It watches on and pages by its spool meanwhile.",
    ),
    AlertRule(
        "DoorwardPagesOwed",
        f"{names.OWED.name} > 0",
        "5m",
        Severity.PAGE,
        "{{ $value }} pages could not be delivered for five minutes",
        "Somebody should have been woken: `doorward incident list`, and look at the channel's server.",
    ),
    AlertRule(
        "DoorwardAway",
        f"absent({names.STORE.name})",
        "1m",
        Severity.PAGE,
        "Doorward gives no metrics: nobody watches the sign-in",
        "Is `doorward run` running, and does the token of the scrape stand in dashboard.metrics_token_file?",
    ),
)


def rule_file(dashboard: str = "") -> str:
    """The rule file as YAML; each rule leads to the dashboard at that address if it has one."""
    rules = [
        {
            "alert": rule.alert,
            "expr": rule.expr,
            "for": rule.holds_for,
            "labels": {"severity": rule.severity.value},
            "annotations": {
                "summary": rule.summary,
                "runbook": rule.runbook,
                **({"dashboard": dashboard} if dashboard else {}),
            },
        }
        for rule in RULES
    ]
    made = yaml.safe_dump({"groups": [{"name": GROUP, "rules": rules}]}, sort_keys=False, width=120)
    return f"# Made by `doorward watch --alert-rules`; `promtool check rules FILE` reads it.\n{made}"
