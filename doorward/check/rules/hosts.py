"""Host names: does the service answer under the address that people use?"""

from __future__ import annotations

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import host_allowed, host_of
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity

_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_REFUSED = effect("everyone", "at once", "gets an error page (400), whatever the page", *EVERYTHING)
_LOCAL = ("localhost", "127.0.0.1", "[::1]", ".localhost")


def _allowed(configuration: Configuration) -> tuple[str, ...] | None:
    """The hosts that are answered; with DEBUG and an empty list Django answers to local names."""
    flow = configuration.flow("allowed-hosts")
    if flow is None or flow.values is None:
        return None
    debug = configuration.flow("debug")
    is_debug = bool(debug and debug.values == ("on",))
    return _LOCAL if is_debug and not flow.values else flow.values


@rule(
    "HOST-01",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("DJ-33",),
    sources=(_SETTINGS + "#allowed-hosts", "measured: django-sessions"),
)
def not_answered(new: Configuration) -> Hits:
    """The service does not answer under the address that people use.

    Why: a request for a host that is not on the list is refused before anything else, the sign-in form too.

    Fix: put the public host on the list, as a bare name: no scheme, no port, no path.
    """
    flow, allowed, public = new.flow("allowed-hosts"), _allowed(new), new.endpoint("public")
    if flow is None or allowed is None:
        return
    host = host_of(public.url) if public else ""
    if not allowed:
        yield Hit(flow.where, "the list of hosts is empty: every request is refused")
    elif host and not host_allowed(host, allowed) and not _rewritten(new):
        yield Hit(flow.where, f"the list of hosts lacks {host}, the host that people use")
    elif not any(_is_host(item) for item in allowed):
        yield Hit(flow.where, f"no entry of the list of hosts is a host name: {', '.join(allowed)}")


def _rewritten(new: Configuration) -> bool:
    """Whether the proxy passes the public host in a header of its own, so that the service sees another one."""
    forwarded, used = new.flow("forwarded-headers"), new.flow("forwarded-host")
    passes = bool(forwarded and any(name.lower() == "x-forwarded-host" for name in forwarded.values or ()))
    return passes and bool(used and used.values == ("off",))


def _is_host(item: str) -> bool:
    bare = item.strip("[]")
    return bool(item) and "/" not in item and (":" not in item or (item.startswith("[") and bare.count(":") > 1))


@rule(
    "HOST-02",
    severity=Severity.NOTE,
    effect=effect("people who use that address", "at once", "get an error page (400)"),
    catalogue=("DJ-33",),
    sources=(_SETTINGS + "#allowed-hosts",),
)
def malformed_entry(new: Configuration) -> Hits:
    """An entry of the list of hosts can match nothing.

    Why: an entry with a scheme, a port or a path is compared with a bare host name, and never equals it.

    Fix: write the bare name: `portal.example.com`.
    """
    flow = new.flow("allowed-hosts")
    values = (flow.values or ()) if flow else ()
    for item in values:
        if flow and item and not _is_host(item) and any(_is_host(other) for other in values):
            yield Hit(flow.where, f"the entry {item} matches no request")


@rule(
    "HOST-03",
    severity=Severity.PARTIAL,
    effect=effect("people who use that address", "at once", "get an error page (400)", *EVERYTHING),
    catalogue=("DJ-33",),
    sources=(_SETTINGS + "#allowed-hosts",),
)
def taken_off(old: Configuration, new: Configuration) -> Hits:
    """A host is not answered any more.

    Why: whoever comes by that name gets an error page instead of the sign-in form: people with a bookmark, and health
    checks.

    Fix: keep the name until its visitors are redirected.
    """
    flow, before, after = new.flow("allowed-hosts"), _allowed(old), _allowed(new)
    if flow is None or not before or not after:
        return  # an empty list is HOST-01
    public = new.endpoint("public")
    if public and public.url and not host_allowed(host_of(public.url), after):
        return  # so is a list without the public host
    gone = [host for host in before if _is_host(host) and host != "*" and not host_allowed(host.lstrip("."), after)]
    if not gone:
        return
    everyone = len(gone) == len([host for host in before if _is_host(host)]) and not (public and public.url)
    message = f"{', '.join(gone)} {'is' if len(gone) == 1 else 'are'} not answered any more"
    yield Hit(flow.where, message, None, Severity.OUTAGE if everyone else None, _REFUSED if everyone else None)


@rule(
    "HOST-04",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "is sent to a host that does not answer", *EVERYTHING),
    catalogue=(),
    sources=(_SETTINGS + "#prepend-www", "measured: bench check_django"),
)
def sent_to_www(new: Configuration) -> Hits:
    """People are sent to the host with `www.` before it, which the service does not answer under.

    Why: PREPEND_WWW redirects every visit, and the list of hosts lacks that name.

    Fix: take PREPEND_WWW out, or put the name on the list, into DNS and into the certificate.
    """
    flow, public, allowed = new.flow("prepend-www"), new.endpoint("public"), _allowed(new)
    host = host_of(public.url) if public else ""
    if flow is None or flow.values != ("on",) or not host or host.startswith("www.") or allowed is None:
        return
    if not host_allowed(f"www.{host}", allowed):
        yield Hit(flow.where, f"people who use {host} are sent to www.{host}, which is not answered")


RULES = (not_answered, malformed_entry, taken_off, sent_to_www)
