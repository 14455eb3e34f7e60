"""What answers at the addresses of a configuration: issuer, keys, certificate, redirects, clock, health."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

from doorward.check.rule import EVERY_SIGN_IN, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import host_of, is_http, is_https
from doorward.model.configuration import Configuration
from doorward.model.fact import Issuer, Where
from doorward.model.finding import Severity, What
from doorward.model.observation import Observation, SeenPage

_DISCOVERY = "https://openid.net/specs/openid-connect-discovery-1_0.html"
_SOON = timedelta(days=30)
_LARGEST_OFFSET_S = 30
"""Ground: a token's times are whole seconds, and verifiers allow up to a minute or two; the Date header one second."""

_BACK = effect(
    "everyone who signs in through the provider",
    "now",
    "is refused on the way back",
    What.SSO_RETURN,
    What.TOKEN_REFRESH,
)
_CERTIFICATE_FAULTS = {
    "host": "the certificate that {host} serves is for another name",
    "ended": "the certificate that {host} serves has ended",
    "authority": "the certificate that {host} serves comes from an authority that this machine does not trust",
    "other": "the certificate that {host} serves does not hold",
}


def _place(new: Configuration, purpose: str = "public") -> Where:
    """The fact that names the address, if the file itself says it; else the configuration as a whole."""
    end = new.endpoint(purpose)
    said_in_file = end is not None and not end.where.path.startswith("--")
    return end.where if end and said_in_file else Where(new.target, 0, f"{purpose} address")


def _is_lost(page: SeenPage) -> bool:
    return page.status is None or page.status >= 500


def _how(page: SeenPage) -> str:
    return f"HTTP {page.status}" if page.status is not None else f"no answer ({page.fault})"


@rule(
    "LIVE-01",
    severity=Severity.OUTAGE,
    effect=_BACK,
    catalogue=("OI-01", "KC-S01"),
    sources=(_DISCOVERY + "#ProviderConfigurationValidation",),
)
def issuer_served_differs(new: Configuration, seen: Observation) -> Hits:
    """The provider that runs is another issuer than the configuration says.

    Why: the document that it serves is what clients go by, and they compare it sign by sign. What runs was started with
    another configuration, takes its address from the request, or is not what the configuration means.

    Fix: restart what does not run with its configuration; make the issuer the same on both sides.
    """
    for issuer in new.facts_of(Issuer):
        if issuer.url and seen.issuer and issuer.url != seen.issuer:
            yield Hit(issuer.where, f"the configuration says {issuer.url}, what runs says {seen.issuer}")


@rule(
    "LIVE-02",
    severity=Severity.OUTAGE,
    effect=_BACK,
    catalogue=("CC-02", "OI-19"),
    sources=(_DISCOVERY + "#ProviderConfigurationRequest", "https://www.rfc-editor.org/rfc/rfc7517#section-5"),
)
def provider_not_had(new: Configuration, seen: Observation) -> Hits:
    """The provider's document or its keys cannot be had from here.

    Why: a client fetches both from its own machine. A name that is gone from DNS, a firewall, or a key set without keys
    fails every sign-in after the right password.

    Fix: ask the address from the client's own machine; then mend name, route, trust or keys, whichever it is.
    """
    issuer = next(iter(new.facts_of(Issuer)), None)
    where = issuer.where if issuer else Where(new.target)
    for purpose, said in (("discovery", "document"), ("signing-keys", "keys")):
        for page in seen.of(purpose):
            if page.status != 200:
                yield Hit(where, f"the provider's {said} at {page.url} cannot be had: {_how(page)}")
    if seen.issuer == "":
        yield Hit(where, "the provider's document names no issuer")
    if seen.keys == 0:
        yield Hit(where, "the provider's key set has no key")


@rule(
    "LIVE-03",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "now", "is warned off by the browser, or refused", *EVERYTHING),
    catalogue=("CC-01", "KC-S09", "OI-18"),
    sources=(
        "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",
        "https://www.rfc-editor.org/rfc/rfc9525#section-6",
    ),
)
def certificate_served(new: Configuration, seen: Observation) -> Hits:
    """The certificate that is served has ended, ends within thirty days, or is not for this name.

    Why: a file that was renewed is not served until what uses it reads it anew, and another machine in the row may have
    the former one still. Browsers stop people before the sign-in page.

    Fix: renew it, reload what serves it, and look again from outside.
    """
    where = _place(new)
    later = effect("everyone", "from that moment on", "is warned off by the browser, or refused", *EVERYTHING)
    for one in seen.certificates:
        if one.fault:
            yield Hit(where, _CERTIFICATE_FAULTS[one.fault].format(host=one.host))
        elif one.ends_at and one.ends_at - seen.at <= _SOON:
            message = f"the certificate that {one.host} serves ends at {one.ends_at:%Y-%m-%d %H:%M} UTC"
            yield Hit(where, message, None, Severity.LATENT, later)


@rule(
    "LIVE-04",
    severity=Severity.PARTIAL,
    effect=effect("people who sign in", "now", "are led to an address without TLS, or to none", *EVERY_SIGN_IN),
    catalogue=("OP-12", "KC-S03", "KC-S05"),
    sources=("https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2",),
)
def led_out_of_tls(new: Configuration, seen: Observation) -> Hits:
    """The way to the sign-in form leads from HTTPS to HTTP, or to an address without a host.

    Why: a service behind a proxy that ends TLS builds addresses with http until it believes the proxy's headers. Its
    secure cookies do not come along there, and the provider does not know a callback with http.

    Fix: let the proxy set X-Forwarded-Proto, and the service believe it.
    """
    for page in seen.of("visit"):
        if page.location and is_https(page.url) and is_http(page.location):
            yield Hit(_place(new), f"{page.url} leads to {page.location}")
        elif page.location and not host_of(page.location):
            yield Hit(_place(new), f"{page.url} leads to an address without a host")


@rule(
    "LIVE-05",
    severity=Severity.LATENT,
    effect=effect(
        "people whose tokens come from one machine and are read on another",
        "as soon as the clocks are further apart than verifiers allow",
        "are refused after their password was right",
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("CC-03",),
    sources=(
        "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4",
        "https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1",
    ),
)
def clock_off(new: Configuration, seen: Observation) -> Hits:
    """The clock of what answers is off from the one here.

    Why: tokens carry times. One from a machine whose clock is ahead is not good yet, one from a machine that is behind
    has ended already. Which of the two is off, only a third clock tells.

    Fix: let NTP set the clock on both machines, and see that it runs.
    """
    for page in seen.pages:
        try:
            date = parsedate_to_datetime(page.header("date")) if not page.header("age") else None
        except ValueError:
            continue
        if date is not None and date.tzinfo is not None and abs((date - seen.at).total_seconds()) > _LARGEST_OFFSET_S:
            off_s = round((date - seen.at).total_seconds())
            yield Hit(
                _place(new), f"the clock of {host_of(page.url)} is {abs(off_s)} s {'ahead' if off_s > 0 else 'behind'}"
            )
            return


@rule(
    "LIVE-06",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "now", "finds an error page, or none", *EVERY_SIGN_IN),
    catalogue=("CC-02",),
    sources=("https://www.rfc-editor.org/rfc/rfc9110#section-15.6",),
)
def sign_in_page_lost(new: Configuration, seen: Observation) -> Hits:
    """The way to the sign-in form ends with an error, or without an answer.

    Why: this is what people see who have just opened their browser.

    Fix: look at what the last of the addresses says in its own log.
    """
    for page in seen.of("visit"):
        if _is_lost(page):
            yield Hit(_place(new), f"{page.url}: {_how(page)}")


@rule(
    "LIVE-07",
    severity=Severity.LATENT,
    effect=effect(
        "everyone, while sign-in fails",
        "until somebody complains",
        "is hurt longer, for no alarm goes off",
        What.NEW_SIGN_IN,
    ),
    catalogue=("CC-09",),
    sources=("https://sre.google/sre-book/monitoring-distributed-systems/#black-box-versus-white-box",),
)
def health_is_blind(new: Configuration, seen: Observation) -> Hits:
    """The health page says that all is well while the sign-in page fails.

    Why: what restarts machines and rings bells looks at the health page alone. It sees the process and not the sign-in.

    Fix: keep the health page for restarts, and watch with a probe that signs in.
    """
    is_green = any(page.status == 200 for page in seen.of("health"))
    if is_green and any(_is_lost(page) for page in seen.of("visit")):
        yield Hit(_place(new, "health"), "the health page answers 200, and the sign-in page fails")


RULES = (
    issuer_served_differs,
    provider_not_had,
    certificate_served,
    led_out_of_tls,
    clock_off,
    sign_in_page_lost,
    health_is_blind,
)
