"""oauth2-proxy: do people come back from the provider, are they let in, and do they land where they were going?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from doorward.check.places import place
from doorward.check.rule import EVERY_SIGN_IN, Hit, Hits, effect, rule
from doorward.check.web_address import host_of, origin_of
from doorward.model.configuration import Configuration
from doorward.model.fact import Callback
from doorward.model.finding import Difference, Severity, What

_SOURCE = "https://github.com/oauth2-proxy/oauth2-proxy/blob/master/"
_OVERVIEW = "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview"
_NGINX = "https://oauth2-proxy.github.io/oauth2-proxy/configuration/integrations/nginx"
_REFUSED = "come back from the provider and are refused (403)"
_SHORTEST_FORM_S = 120
"""A password, a second factor and a slow mail take minutes; oauth2-proxy's own default is 15."""


def _is_on(configuration: Configuration, name: str) -> bool:
    flow = configuration.flow(name)
    return bool(flow and flow.values == ("on",))


def _number(configuration: Configuration, name: str) -> float | None:
    flow = configuration.flow(name)
    return float(flow.values[0]) if flow and flow.values else None


def _redirect(configuration: Configuration) -> Callback | None:
    if configuration.kind != "oauth2-proxy":
        return None
    callbacks = configuration.facts_of(Callback)
    return next((callback for callback in callbacks if callback.side == "client"), None)


@rule(
    "OAUTH2PROXY-11",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", "is sent round without end", *EVERY_SIGN_IN),
    catalogue=("OP-11",),
    sources=(_OVERVIEW, _SOURCE + "oauthproxy.go"),
)
def callback_elsewhere(new: Configuration) -> Hits:
    """People come back from the provider to a page that does not receive them.

    Why: oauth2-proxy receives them at its prefix, usually `/oauth2`, with `/callback` behind it. At any other path it
    takes them for strangers and sends them to the provider again.

    Fix: end redirect_url with `/oauth2/callback`, or with your proxy_prefix and `/callback`; allow it at the provider.
    """
    callback = _redirect(new)
    if callback is None or not callback.url:
        return
    prefix = new.setting("proxy_prefix")
    if prefix and prefix.shown is None:
        return
    wanted = "/" + (prefix.shown or "" if prefix else "oauth2").strip("/") + "/callback"
    path = _path(callback.url)
    if path and not path.endswith(wanted):
        yield Hit(callback.where, f"people come back to {path}, and are received at {wanted}")


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


@rule(
    "OAUTH2PROXY-12",
    severity=Severity.PARTIAL,
    effect=effect("everyone who signs in", "from the next sign-in on", "is stopped at the provider", *EVERY_SIGN_IN),
    catalogue=("OP-11",),
    sources=("https://www.rfc-editor.org/rfc/rfc9700#section-2.1", _OVERVIEW),
)
def callback_moved(old: Configuration, new: Configuration) -> Hits:
    """People come back from the provider to another address.

    Why: the provider compares the address sign by sign with its list, and stops whoever comes with one that is not on
    it.

    Fix: add the new address at the provider first, then change it here, and take the old one out last.
    """
    before, after = _redirect(old), _redirect(new)
    if before and after and before.url and after.url and before.url != after.url:
        change = Difference(after.where.pointer, before.url, after.url)
        yield Hit(after.where, f"the provider must allow {after.url} before this ships", change)


@rule(
    "OAUTH2PROXY-13",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", "is stopped at the provider", *EVERY_SIGN_IN),
    catalogue=("OP-11", "OP-12"),
    sources=(_NGINX, _OVERVIEW),
)
def proxy_in_front_not_believed(new: Configuration) -> Hits:
    """The proxy in front is not believed, and the callback's address is not said.

    Why: oauth2-proxy then makes the address from the request as it arrives, which is plain HTTP behind a proxy that
    ends TLS. The provider does not know that address.

    Fix: set reverse_proxy, or say redirect_url.
    """
    callback, headers, switch = _redirect(new), new.flow("forwarded-headers"), new.flow("reverse_proxy")
    if callback is None or headers is None or switch is None or new.setting("redirect_url"):
        return
    passed = {name.lower() for name in headers.values or ()}
    if "x-forwarded-proto" in passed and switch.values == ("off",) and not _is_on(new, "force_https"):
        yield Hit(switch.where, "the proxy's X-Forwarded-Proto is not believed, and redirect_url is not set")


@rule(
    "OAUTH2PROXY-14",
    severity=Severity.PARTIAL,
    effect=effect("people who take their time to sign in", "from the next sign-in on", _REFUSED, *EVERY_SIGN_IN),
    catalogue=("OP-21",),
    sources=("https://github.com/oauth2-proxy/oauth2-proxy/issues/2606", _SOURCE + "pkg/cookies/csrf.go"),
)
def sign_in_must_be_quick(new: Configuration) -> Hits:
    """The cookie that guards the sign-in ends within two minutes.

    Why: it is set when people leave for the provider, and must still be there when they come back. Whoever types a
    password and a second factor in the meantime comes too late.

    Fix: leave cookie_csrf_expire at 15 minutes.
    """
    life, flow = _number(new, "cookie_csrf_expire"), new.flow("cookie_csrf_expire")
    if flow and life is not None and 1 <= life < _SHORTEST_FORM_S:
        yield Hit(flow.where, f"people have {life:g} s to sign in at the provider")


@rule(
    "OAUTH2PROXY-15",
    severity=Severity.OUTAGE,
    effect=effect("everyone who signs in", "from the next sign-in on", _REFUSED, *EVERY_SIGN_IN),
    catalogue=("OP-06",),
    sources=("https://github.com/oauth2-proxy/oauth2-proxy/issues/2830", _SOURCE + "pkg/apis/options/cookie.go"),
)
def guard_stays_at_home(new: Configuration) -> Hits:
    """The cookie that guards the sign-in is Strict.

    Why: people come back from the provider, which is another site, and the browser leaves a Strict cookie at home:
    the answer has no other half, and is refused.

    Fix: leave cookie_csrf_samesite out, or set it to `lax`.
    """
    setting = new.setting("cookie_csrf_samesite")
    if new.kind == "oauth2-proxy" and setting and setting.shown == "strict":
        yield Hit(setting.where, "the cookie of the sign-in does not come along on the way back from the provider")


@rule(
    "OAUTH2PROXY-16",
    severity=Severity.PARTIAL,
    effect=effect(
        "people outside the new list",
        "at their next sign-in or refresh",
        "are refused (403)",
        What.NEW_SIGN_IN,
        What.SSO_RETURN,
        What.TOKEN_REFRESH,
    ),
    catalogue=("OP-15",),
    sources=(_OVERVIEW,),
)
def people_shut_out(old: Configuration, new: Configuration) -> Hits:
    """Fewer people are let in.

    Why: a domain of addresses, a group or a role is not on the list any more, or there is a list where there was none.
    Whoever is outside gets in at the provider and is refused here.

    Fix: look up who is concerned before it ships, and tell them.
    """
    for name in ("email_domains", "allowed_groups", "allowed_roles"):
        before, after = old.flow(name), new.flow(name)
        if before is None or after is None or before.values is None or not after.values:
            continue
        everyone = "*" in before.values if name == "email_domains" else not before.values
        gone = [value for value in before.values if value not in after.values and value != "*"]
        change = Difference(after.where.pointer, ", ".join(before.values), ", ".join(after.values))
        if "*" in after.values:
            continue
        if everyone:
            yield Hit(after.where, f"only people of {', '.join(after.values)} are let in, and everyone was", change)
        elif gone:
            yield Hit(after.where, f"people of {', '.join(gone)} are not let in any more", change)
    named = "authenticated_emails_file"
    was, now = old.setting(named), new.setting(named)
    if was and now and was.shown and now.shown and was.shown != now.shown and new.kind == "oauth2-proxy":
        change = Difference(named, was.shown, now.shown)
        message = "who may come in is read from another file"
        yield Hit(now.where, message, change, Severity.NOTE)


@rule(
    "OAUTH2PROXY-17",
    severity=Severity.NOTE,
    effect=effect("everyone", "from the next sign-in on, if the token has no groups", "is refused (403)"),
    catalogue=("OP-16",),
    sources=("https://github.com/oauth2-proxy/oauth2-proxy/issues/2965", _OVERVIEW),
)
def groups_not_asked_for(new: Configuration) -> Hits:
    """Only groups are let in, and the provider is not asked for groups.

    Why: many providers put a person's groups into the token only if the scope asks for them. Without them nobody is in
    a group; with skip_provider_button people are sent round without end.

    Fix: add the provider's scope for groups, usually `groups`; where the provider always sends them, all is well.
    """
    flow, scope = new.flow("allowed_groups"), new.setting("scope")
    if new.kind != "oauth2-proxy" or flow is None or not flow.values or scope is None or not scope.shown:
        return
    if "group" not in scope.shown.lower():
        yield Hit(scope.where, f"only groups are let in, and the scope is {scope.shown}")


@rule(
    "OAUTH2PROXY-18",
    severity=Severity.PARTIAL,
    effect=effect(
        "people who came from another host",
        "after each sign-in",
        "land on the first page, not where they were going",
        What.SSO_RETURN,
    ),
    catalogue=("OP-13",),
    sources=(_OVERVIEW, _SOURCE + "pkg/util/util.go"),
)
def return_not_allowed(new: Configuration) -> Hits:
    """People are not sent back to where they came from.

    Why: after the sign-in oauth2-proxy sends people to another host only if that host, with its port unless it is the
    usual one, is on the list. An entry with a scheme or a path matches nothing.

    Fix: put the host on whitelist_domains; `.example.com` stands for all below, `:*` behind it for every port.
    """
    flow, callback = new.flow("whitelist_domains"), _redirect(new)
    if flow is None or callback is None or flow.values is None:
        return
    where = place(new, "whitelist_domains", callback.where.path)
    for entry in flow.values:
        if "/" in entry:
            yield Hit(where, f"the entry {entry} matches no host")
    public, home = new.endpoint("public"), host_of(callback.url)
    told = public.url if public and public.where.path == "--public-url" else None
    if told and home and host_of(told) != home and not any(_allows(entry, told) for entry in flow.values):
        yield Hit(where, f"people who came from {told} are not sent back there")
    elif not flow.values and home:
        for domain in _wider(new, home):
            message = f"the cookie is for all of {domain}, but after a sign-in people are sent back to {home} only"
            yield Hit(where, message, severity=Severity.NOTE)


def _wider(new: Configuration, home: str) -> Iterator[str]:
    """The cookie's domain, if other hosts lie in it too."""
    flow = new.flow("cookie_domains")
    for domain in (flow.values or ()) if flow else ():
        if domain.startswith(".") and home.endswith(domain):
            yield domain


def _allows(entry: str, url: str) -> bool:
    """Source: oauth2-proxy v7, pkg/util/util.go, IsEndpointAllowed."""
    host, colon, port = entry.rpartition(":")
    host, port = (host, port) if colon else (entry, "")
    here, asked = host_of(url), origin_of(url).rpartition("/")[2].partition(":")[2]
    bare = host.removeprefix("*").removeprefix(".")
    below = host.startswith((".", "*.")) and here.endswith("." + bare)
    return (here == bare or below) and port in ("*", asked)


@rule(
    "OAUTH2PROXY-19",
    severity=Severity.NOTE,
    effect=effect(
        "people who work longer than an access token lives", "when it ends", "are refused by the service behind (401)"
    ),
    catalogue=("OP-09",),
    sources=("https://oauth2-proxy.github.io/oauth2-proxy/configuration/session_storage", _OVERVIEW),
)
def token_never_renewed(new: Configuration) -> Hits:
    """A token is handed on to the service behind, and never renewed.

    Why: the session lives for days, the token in it for minutes or an hour. Without cookie_refresh the service gets
    the token of the sign-in until the session ends.

    Fix: set cookie_refresh a little below the life of the provider's access token.
    """
    refresh = new.flow("cookie_refresh")
    if refresh is None or not refresh.values or float(refresh.values[0]) != 0:
        return
    for name in ("pass_access_token", "pass_authorization_header", "set_authorization_header"):
        flow = new.flow(name)
        if flow and flow.values == ("on",):
            yield Hit(flow.where, f"{name} hands a token on that is never renewed")
            return


RULES = (
    callback_elsewhere,
    callback_moved,
    proxy_in_front_not_believed,
    sign_in_must_be_quick,
    guard_stays_at_home,
    people_shut_out,
    groups_not_asked_for,
    return_not_allowed,
    token_never_renewed,
)
