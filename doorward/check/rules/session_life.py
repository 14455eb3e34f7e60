"""How long a session lives."""

from __future__ import annotations

from doorward.check.rule import ALL_BUT_STRANGERS, EVERY_FORM, Hit, Hits, effect, rule
from doorward.check.survival import store_of
from doorward.model.configuration import Configuration
from doorward.model.fact import SessionLife
from doorward.model.finding import Difference, Severity

_AGE = "https://docs.djangoproject.com/en/5.2/ref/settings/#session-cookie-age"
_CLOSE = "https://docs.djangoproject.com/en/5.2/ref/settings/#session-expire-at-browser-close"

_SHORTEST_S = 300
"""Nobody fills in a form in less; the catalogue's measured rows begin to fail below it (DJ-10)."""

_WORKING_S = 1800
"""Half an hour without a click is usual at work (NIST SP 800-63B-4 allows a day); shorter lives cut people off."""


def _life(configuration: Configuration) -> SessionLife | None:
    return next(iter(configuration.facts_of(SessionLife)), None)


@rule(
    "LIFE-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "within minutes", "is signed out again"),
    catalogue=("DJ-10", "OP-10"),
    sources=(_AGE, "measured: django-sessions"),
)
def too_short(new: Configuration) -> Hits:
    """Sessions end within five minutes of sign-in.

    Why: the setting counts seconds, and a value that was meant in minutes ends sessions before people have done
    anything. With 0 or less the cookie is dropped as it is set, and sign-in never sticks.

    Fix: write seconds where seconds are counted: eight hours are 28800.
    """
    life = _life(new)
    if life is None or life.life_s is None or life.life_s >= _SHORTEST_S or life.ends_with_browser:
        return
    if life.life_s <= 0:
        store = store_of(new)
        # Rows keep the end that they were given; a session in the cookie is measured by the life that holds now.
        at_once = bool(store and store.engine == "signed_cookies")
        what = ALL_BUT_STRANGERS if at_once else EVERY_FORM
        never = effect(
            "everyone who signs in", "from the next sign-in on", "gets the sign-in form again for ever", *what
        )
        yield Hit(life.where, f"a session of {life.life_s} s ends as it begins", effect=never)
    else:
        yield Hit(life.where, f"a session ends {life.life_s} s after sign-in")


@rule(
    "LIFE-02",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who work for long without a new sign-in", "from the next sign-in on", "are signed out midway"
    ),
    catalogue=("DJ-10",),
    sources=(_AGE, "https://pages.nist.gov/800-63-4/sp800-63b.html"),
)
def cut_down(old: Configuration, new: Configuration) -> Hits:
    """The life of a session is cut down.

    Why: people lose what they were writing. A life that is a sixtieth of what it was is most often minutes written
    where seconds are counted.

    Fix: check the unit; announce a shorter life.
    """
    before, after = _life(old), _life(new)
    if before is None or after is None or before.life_s is None or after.life_s is None or after.life_s < _SHORTEST_S:
        return
    change = Difference(after.where.pointer, str(before.life_s), str(after.life_s))
    if after.life_s * 10 <= before.life_s and after.life_s < _WORKING_S:
        yield Hit(after.where, f"a session lives {after.life_s} s, and lived {before.life_s} s", change)
    elif after.life_s < before.life_s:
        message = f"a session lives {after.life_s} s, and lived {before.life_s} s"
        yield Hit(after.where, message, change, Severity.NOTE)


@rule(
    "LIFE-03",
    severity=Severity.NOTE,
    effect=effect("people who close their browser", "at its next start", "must sign in again"),
    catalogue=("DJ-23",),
    sources=(_CLOSE,),
)
def ends_with_browser(old: Configuration, new: Configuration) -> Hits:
    """Sessions begin to end with the browser.

    Why: whoever closes the browser signs in again the next day.

    Fix: announce it, if it is meant.
    """
    before, after = _life(old), _life(new)
    if before and after and after.ends_with_browser and not before.ends_with_browser:
        yield Hit(after.where, "sessions end when the browser is closed")


RULES = (too_short, cut_down, ends_with_browser)
