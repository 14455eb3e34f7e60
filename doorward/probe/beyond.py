"""The journeys beyond one browser, by name, and who drives each. A new one is a file in `journeys/` and a row here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from doorward.model.journey import ProbeResult
from doorward.probe.exchange import Drive
from doorward.probe.journeys import JOURNEYS
from doorward.probe.journeys.ldap import ldap_journey
from doorward.probe.journeys.reset_mail import reset_mail
from doorward.probe.journeys.ssh import ssh_journey
from doorward.probe.kept_session import session_probe
from doorward.probe.plan import ProbePlan
from doorward.probe.real_browser import browser_probe
from doorward.probe.talk import talk


def _ldap(plan: ProbePlan, now: datetime, drive: Drive) -> ProbeResult:
    return talk(ldap_journey(plan), plan, now)


def _ssh(plan: ProbePlan, now: datetime, drive: Drive) -> ProbeResult:
    return talk(ssh_journey(plan), plan, now)


# `drive` is how the pages among them are asked.
BEYOND: dict[str, Callable[[ProbePlan, datetime, Drive], ProbeResult]] = {
    "session": session_probe,
    "browser": browser_probe,
    "ldap": _ldap,
    "ssh": _ssh,
    "reset-mail": reset_mail,
}
# Every journey there is, as `doorward.toml` and the command line name them.
KNOWN: tuple[str, ...] = (*JOURNEYS, *BEYOND)
