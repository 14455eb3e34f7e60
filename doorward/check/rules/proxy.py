"""The proxy in front: does the service know that people come by HTTPS, and under which name?"""

from __future__ import annotations

from doorward.check.places import place
from doorward.check.proxy_belief import believes, is_never_sent, is_on, may_be_asked_by_another_name, passes
from doorward.check.rule import EVERY_FORM, EVERYTHING, Hit, Hits, effect, rule
from doorward.check.web_address import host_of, is_http, is_https, origin_of
from doorward.model.configuration import Configuration
from doorward.model.finding import Difference, Severity, What

_SETTINGS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_CSRF = "https://docs.djangoproject.com/en/5.2/ref/csrf/"
_ENDLESS = effect("everyone", "at once", "is redirected without end", *EVERYTHING)
_REFUSED = effect("everyone who signs in", "from the next form on", "finds the form refused (403)", *EVERY_FORM)

_TYPED = effect("people who type the address, or follow an old link by http", "at once", "are sent to another host")


def _is_told(configuration: Configuration) -> bool:
    """Whether the service hears and believes the proxy's word for HTTPS."""
    header = configuration.flow("https-header")
    return believes(header) and not is_never_sent(configuration, header)


def _redirects(configuration: Configuration) -> bool:
    """Whether the service itself sends people from HTTP to HTTPS; that needs the middleware that does it."""
    roles = configuration.flow("middleware-roles")
    return is_on(configuration, "https-redirect") and (roles is None or "https" in (roles.values or ()))


def _trusted(configuration: Configuration, origin: str) -> bool:
    flow = configuration.flow("trusted-origins")
    if flow is None or flow.values is None:
        return True
    scheme, _, host = origin.partition("://")
    wildcard = any(
        item.startswith(f"{scheme}://*.") and host.endswith(item.removeprefix(f"{scheme}://*")) for item in flow.values
    )
    return wildcard or origin in (item.lower() for item in flow.values)


@rule(
    "PROXY-01",
    severity=Severity.OUTAGE,
    effect=_ENDLESS,
    catalogue=("DJ-29", "DJ-30"),
    sources=(_SETTINGS + "#secure-proxy-ssl-header", "measured: django-sessions"),
)
def redirected_without_end(new: Configuration) -> Hits:
    """People are sent from HTTPS to HTTPS for ever.

    Why: TLS ends at the proxy. The service redirects to HTTPS, and does not believe the header by which the proxy
    says that it is HTTPS already.

    Fix: set the header that the proxy sets, as `("HTTP_X_FORWARDED_PROTO", "https")`: with `HTTP_`, and underscores.
    """
    header = new.flow("https-header")
    if header is None or not _redirects(new):
        return
    public = new.endpoint("public")
    behind_tls = bool(public and is_https(public.url)) and passes(new, "X-Forwarded-Proto")
    if header.values and not believes(header):
        wrong = f"no request has a header {header.values[0]}: names begin with HTTP_"
        other = f"the proxy never says {header.values[-1]} in {header.values[0]}: it is https, in small letters"
        yield Hit(header.where, other if header.values[0].startswith("HTTP_") else wrong)
    elif behind_tls and is_never_sent(new, header):
        yield Hit(
            header.where, f"the proxy does not set {header.values[0] if header.values else ''}, which is believed"
        )
    elif behind_tls and not header.values:
        yield Hit(header.where, "the proxy's X-Forwarded-Proto is not believed, and every visit is redirected to HTTPS")
    elif public and is_http(public.url):
        where = place(new, "SECURE_SSL_REDIRECT", header.where.path)
        yield Hit(where, f"every visit is redirected to HTTPS, but people use {public.url}")


@rule(
    "PROXY-02",
    severity=Severity.OUTAGE,
    effect=_ENDLESS,
    catalogue=("DJ-29",),
    sources=(_SETTINGS + "#secure-proxy-ssl-header", "measured: django-sessions"),
)
def header_not_believed_any_more(old: Configuration, new: Configuration) -> Hits:
    """The service stops believing that people come by HTTPS.

    Why: it believed a header of the proxy and does not any more. With a redirect to HTTPS, people are sent round for
    ever; without one, forms are refused, for their origin says https and the service thinks http.

    Fix: keep SECURE_PROXY_SSL_HEADER as long as a proxy ends TLS.
    """
    before, after = old.flow("https-header"), new.flow("https-header")
    if not believes(before) or after is None or believes(after):
        return
    assert before is not None
    change = Difference("SECURE_PROXY_SSL_HEADER", ", ".join(before.values or ()), ", ".join(after.values or ()))
    message = "the header by which the proxy says HTTPS is not believed any more"
    yield Hit(after.where, message, change, effect=None if _redirects(new) else _REFUSED)


@rule(
    "PROXY-03",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("DJ-24", "DJ-31"),
    sources=(_CSRF + "#how-it-works", "measured: django-sessions"),
)
def origin_not_recognised(new: Configuration) -> Hits:
    """Forms come from an origin that the service does not take for its own.

    Why: browsers say where a form comes from. Behind a proxy that ends TLS or rewrites the host, the service takes
    itself for another address, and refuses the form unless that origin is on its list.

    Fix: believe the proxy's headers (SECURE_PROXY_SSL_HEADER, USE_X_FORWARDED_HOST), or put the public origin on the
    list CSRF_TRUSTED_ORIGINS.
    """
    public, header, roles = new.endpoint("public"), new.flow("https-header"), new.flow("middleware-roles")
    if public is None or header is None or (roles and "csrf" not in (roles.values or ())):
        return
    origin = origin_of(public.url)
    if not origin or _trusted(new, origin):
        return
    if is_https(public.url) and passes(new, "X-Forwarded-Proto") and not _is_told(new) and not _redirects(new):
        yield Hit(header.where, f"forms from {origin} are refused: the service takes itself for http")
    elif passes(new, "X-Forwarded-Host") and not is_on(new, "forwarded-host"):
        where = place(new, "USE_X_FORWARDED_HOST", header.where.path)
        yield Hit(where, f"forms from {origin} are refused if the proxy rewrites Host", severity=Severity.LATENT)


@rule(
    "PROXY-04",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "gets an error page (400 or 403)", *EVERYTHING),
    catalogue=("DJ-32",),
    sources=(_SETTINGS + "#use-x-forwarded-host", "measured: django-sessions"),
)
def forwarded_host_ignored(old: Configuration, new: Configuration) -> Hits:
    """The name by which people come is not taken from the proxy any more.

    Why: the service sees the inner name instead: it is not on the list of hosts, or forms are refused and links lead
    to a name that nobody outside can reach.

    Fix: keep USE_X_FORWARDED_HOST as long as a proxy rewrites Host.
    """
    if is_on(old, "forwarded-host") and (flow := new.flow("forwarded-host")) and flow.values == ("off",):
        public = new.endpoint("public")
        host = host_of(public.url) if public else ""
        hurt = _REFUSED if host and may_be_asked_by_another_name(new, host) else None
        change = Difference(flow.where.pointer, "on", "off")
        yield Hit(flow.where, "the proxy's X-Forwarded-Host is not used any more", change, effect=hurt)


@rule(
    "PROXY-05",
    severity=Severity.OUTAGE,
    effect=effect("everyone", "at once", "is sent to another host", *EVERYTHING),
    catalogue=("DJ-34",),
    sources=(_SETTINGS + "#secure-ssl-host",),
)
def sent_elsewhere(new: Configuration) -> Hits:
    """The redirect to HTTPS leads to another host.

    Why: whoever comes by HTTP is sent to the name in SECURE_SSL_HOST, where there is another service or none.

    Fix: set it to the host that people use, or take it out.
    """
    flow, public = new.flow("https-host"), new.endpoint("public")
    if flow is None or not flow.values or not _redirects(new) or public is None or not public.url:
        return
    host = flow.values[0].partition(":")[0].lower()
    if host != host_of(public.url):
        header = new.flow("https-header")
        by_http = is_https(public.url) and passes(new, "X-Forwarded-Proto") and believes(header)
        severity, hurt = (Severity.PARTIAL, _TYPED) if by_http else (None, None)
        message = f"people who use {public.url} are sent to {flow.values[0]}"
        yield Hit(flow.where, message, severity=severity, effect=hurt)


@rule(
    "PROXY-06",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who are led back to the page that they asked for, or back from a provider",
        "at the next sign-in",
        "land on an error page (404)",
        What.NEW_SIGN_IN,
        What.SSO_RETURN,
        What.OTHER_WORKER,
    ),
    catalogue=(),
    sources=(_SETTINGS + "#force-script-name", "measured: bench check_django"),
)
def links_below_a_folder(new: Configuration) -> Hits:
    """Links lead below a folder that the public address does not have.

    Why: FORCE_SCRIPT_NAME stands before every address that the service makes, also the one to come back to after
    sign-in. Unless the proxy takes the folder off again, nothing answers there.

    Fix: say the public address with its folder, or take the setting out.
    """
    flow, public = new.flow("script-name"), new.endpoint("public")
    if flow is None or not flow.values or public is None or not public.url:
        return
    folder = "/" + flow.values[0].strip("/")
    path = "/" + public.url.partition("//")[2].partition("/")[2]
    if folder != "/" and not (path + "/").startswith(folder + "/"):
        yield Hit(flow.where, f"links lead below {folder}, and people use {public.url}")


RULES = (
    redirected_without_end,
    header_not_believed_any_more,
    origin_not_recognised,
    forwarded_host_ignored,
    sent_elsewhere,
    links_below_a_folder,
)
