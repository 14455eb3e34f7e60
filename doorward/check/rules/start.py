"""Does a process with this configuration start at all, and can it be answered by?"""

from __future__ import annotations

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity, What

_SETTINGS = "https://docs.djangoproject.com/en/5.2/topics/settings/"
# Errors that no value of a variable makes or mends.
_WITHOUT_VARIABLES = frozenset(("SyntaxError", "IndentationError", "TabError", "NameError"))
_UNKNOWN_HERE = effect(
    "nobody, if the service has the variables; everyone, if it has not", "at the next start", "gets no answer"
)


@rule(
    "START-01",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at the next start", "gets no answer", What.START, *EVERYTHING),
    catalogue=("DJ-45", "CC-05", "SH-08"),
    sources=(_SETTINGS, "https://docs.djangoproject.com/en/5.2/ref/applications/#troubleshooting"),
)
def does_not_start(new: Configuration) -> Hits:
    """A process with this configuration does not start.

    Why: loading it raises an error. A process that runs goes on with the former configuration until it is restarted,
    and does not come back then: often at night, or under load, when workers are replaced.

    Where the only trouble is a variable of the environment that is not set for the check, nothing is known: the service
    may well have it. The finding then says which one, names no outage, and nothing else is said of the file.

    Fix: mend the line that is named.
    """
    error = new.start_error
    if error is None:
        return
    if error.dependency:
        message = f"does not load: the interpreter has no module {error.dependency}"
        yield Hit(error.where, message, fix=f"install {error.dependency}, or name the project's interpreter (--python)")
    elif error.unset and error.kind not in _WITHOUT_VARIABLES:
        variables = ", ".join(error.unset)
        message = f"does not load where {variables} is not set: {error.kind}: {error.message}"
        fix = f"set {variables} for the check as it is set for the service"
        yield Hit(error.where, message, severity=Severity.LATENT, effect=_UNKNOWN_HERE, fix=fix)
    else:
        yield Hit(error.where, f"does not load: {error.kind}: {error.message}")


@rule(
    "START-02",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "gets an error page (500), whatever the page", *EVERYTHING),
    catalogue=(),
    sources=("https://docs.djangoproject.com/en/5.2/ref/settings/#root-urlconf",),
)
def no_addresses(new: Configuration) -> Hits:
    """The table of addresses cannot be had.

    Why: the first request looks for it, and fails; the health of the process shows nothing.

    Fix: mend the module that is named.
    """
    flow = new.flow("urls")
    for broken in flow.broken if flow else ():
        assert flow is not None
        yield Hit(flow.where, broken)


RULES = (does_not_start, no_addresses)
