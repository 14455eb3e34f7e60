"""Forms whose token lies in the session: whoever loses the session loses them too. Pure."""

from __future__ import annotations

from doorward.check.rule import effect
from doorward.model.configuration import Configuration
from doorward.model.finding import Effect, What

_BOTH = effect(
    "everyone signed in, and whoever has a form open",
    "at once",
    "is signed out, and finds the open form refused (403)",
    What.EXISTING_SESSION,
    What.OPEN_FORM,
)


def also_forms(old: Configuration, new: Configuration) -> Effect | None:
    """The effect of a change that loses every session where the token of forms stays in it; None where it does not."""
    before, after = old.cookie("csrf"), new.cookie("csrf")
    return _BOTH if before and after and before.in_session and after.in_session else None
