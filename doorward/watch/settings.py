"""WatchSettings: how suspicious the watch is, and what it takes for usual until it has learned better."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.settings_tables import WatchTable

MINUTES_PER_MONTH = 30 * 24 * 60


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """The budget, the windows and the cautious priors.

    `false_alarms_per_month` is for the whole service; detectors share it by weight, segments within a detector too.
    `window_s` is the width of a Bucket, `windows_kept` how many are kept. In `person_s` a person counts once in
    each segment, and failing beats succeeding. A session is fresh for `fresh_s` after its sign-in; signing in again
    within `again_s` means that the first one did not hold. Clocks of logs may lag by `late_s`. `attempts_per_min` is
    the least traffic that thresholds assume (more is measured); `probes_per_min` counts all journeys together.
    """

    false_alarms_per_month: float = 1.0
    window_s: float = 10.0
    windows_kept: int = 360
    person_s: float = 60.0
    fresh_s: float = 30.0
    again_s: float = 15.0
    late_s: float = 3.0
    attempts_per_min: float = 60.0
    probes_per_min: float = 6.0

    # Upper envelopes until there is history. The grounds stand with the detectors that use them.
    wrong_passwords: float = 0.12
    sign_in_failures: float = 0.02
    session_rejections: float = 0.06
    fresh_rejections: float = 0.001
    signed_in_again: float = 0.05
    server_errors: float = 0.005
    slow_requests: float = 0.02
    probe_failures: float = 0.001
    inquiries_per_min: float = 0.5

    # Learning: quiet stretches of `block_s`, weighed by age, the `quantile` of them is the envelope.
    block_s: float = 900.0
    half_life_days: float = 7.0
    quantile: float = 0.95
    enough_samples: int = 8


def of_table(table: WatchTable) -> WatchSettings:
    """The settings as doorward.toml gives them."""
    usual = table.usual
    return WatchSettings(
        false_alarms_per_month=table.false_alarms_per_month,
        window_s=table.window_s,
        wrong_passwords=usual.wrong_passwords,
        sign_in_failures=usual.sign_in_failures,
        session_rejections=usual.session_rejections,
        server_errors=usual.server_errors,
        slow_requests=usual.slow_requests,
        inquiries_per_min=usual.inquiries_per_min,
    )
