"""oauth2-proxy: does it start with these options, and does it read them as they are meant?"""

from __future__ import annotations

from doorward.check.places import place
from doorward.check.rule import EVERY_SIGN_IN, EVERYTHING, Hit, Hits, effect, rule
from doorward.model.configuration import Configuration, Setting
from doorward.model.finding import Severity, What
from doorward.systems.oauth2_proxy.options import DURATIONS, KNOWN, PREFIX, lacks_unit, meant, seconds

_SOURCE = "https://github.com/oauth2-proxy/oauth2-proxy/blob/master/"
_OVERVIEW = "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview"
_NO_START = effect("everyone", "at the next start", "gets no answer", What.START, *EVERYTHING)
_WORDS = ("", "lax", "strict", "none")


def _is_on(configuration: Configuration, name: str) -> bool:
    """Whether the switch of that name is known to be on."""
    flow = configuration.flow(name)
    return bool(flow and flow.values == ("on",))


def _options(configuration: Configuration) -> tuple[Setting, ...]:
    """The options of the configuration file or the environment; none of the alpha YAML, which has keys of its own."""
    form = configuration.flow("form")
    flat = configuration.kind == "oauth2-proxy" and form and form.values != ("alpha configuration",)
    return configuration.settings if flat else ()


@rule(
    "OAUTH2PROXY-01",
    severity=Severity.OUTAGE,
    effect=_NO_START,
    catalogue=("OP-02",),
    sources=(_SOURCE + "pkg/validation/cookie.go", _OVERVIEW + "#generating-a-cookie-secret"),
)
def secret_of_another_size(new: Configuration) -> Hits:
    """The cookie secret is no key of 16, 24 or 32 bytes.

    Why: oauth2-proxy encrypts its cookies with it by AES, and does not start with a key of another size. A secret in
    ordinary base64 with `+` or `/` is not decoded, and counts 44 bytes.

    Fix: draw 32 bytes and write them in URL-safe base64: `openssl rand -base64 32 | tr -- '+/' '-_'`.
    """
    flow = new.flow("cookie-secret-bytes")
    if flow and flow.values and flow.values[0] not in ("16", "24", "32"):
        yield Hit(flow.where, f"the cookie secret is {flow.values[0]} bytes, and must be 16, 24 or 32")


@rule(
    "OAUTH2PROXY-02",
    severity=Severity.OUTAGE,
    effect=_NO_START,
    catalogue=("OP-08",),
    sources=(_SOURCE + "pkg/validation/cookie.go",),
)
def refreshed_after_its_end(new: Configuration) -> Hits:
    """The session is refreshed no sooner than it ends.

    Why: oauth2-proxy does not start unless cookie_refresh is shorter than cookie_expire.

    Fix: refresh well before the end, usually a little before the access token ends.
    """
    refresh, expire = new.flow("cookie_refresh"), new.flow("cookie_expire")
    if refresh is None or expire is None or not refresh.values or not expire.values:
        return
    if 0 < float(expire.values[0]) <= float(refresh.values[0]):
        message = f"the session is refreshed after {refresh.values[0]} s, and ends after {expire.values[0]} s"
        yield Hit(refresh.where, message)


@rule(
    "OAUTH2PROXY-03",
    severity=Severity.OUTAGE,
    effect=_NO_START,
    catalogue=("OP-20",),
    sources=(_SOURCE + "pkg/validation/sessions.go",),
)
def tokens_left_out_and_needed(new: Configuration) -> Hits:
    """Tokens are left out of the session, and another option needs them.

    Why: with session_cookie_minimal the session holds no tokens, so that it cannot be refreshed and no token can be
    handed on: oauth2-proxy does not start.

    Fix: keep the tokens, in Redis if the cookie grows too large, or take out the options that need them.
    """
    if not _is_on(new, "session_cookie_minimal"):
        return
    refresh, minimal = new.flow("cookie_refresh"), new.flow("session_cookie_minimal")
    needed = [name for name in ("pass_authorization_header", "set_authorization_header") if _is_on(new, name)]
    needed += ["pass_access_token"] if _is_on(new, "pass_access_token") else []
    needed += ["cookie_refresh"] if refresh and refresh.values and float(refresh.values[0]) > 0 else []
    if needed and minimal:
        yield Hit(minimal.where, f"the session keeps no tokens, which {', '.join(needed)} needs")


@rule(
    "OAUTH2PROXY-04",
    severity=Severity.OUTAGE,
    effect=_NO_START,
    catalogue=("OP-22",),
    sources=(_SOURCE + "pkg/apis/options/load.go", _OVERVIEW + "#config-file"),
)
def option_misnamed(new: Configuration) -> Hits:
    """An option has a name that oauth2-proxy does not know.

    Why: an unknown key in the configuration file stops the start. An unknown variable in the environment is passed
    over without a word, and the default holds. Options that take several values have a plural name in both, unlike
    their flags.

    Fix: write the name as the documentation of your version has it.
    """
    form = new.flow("form")
    in_environment = bool(form and form.values == ("environment file",))
    unread = effect("people whom that option concerns", "at once", "meet the default instead")
    for setting in _options(new):
        option = "cookie_domains" if setting.pointer == "cookie_domain" else setting.pointer
        if option in KNOWN:
            continue
        right = meant(option)
        if in_environment and right:
            named, right = f"{PREFIX}{option.upper()}", f"{PREFIX}{right.upper()}"
            yield Hit(setting.where, f"{named} is passed over: it is named {right}", None, Severity.PARTIAL, unread)
        elif right:
            yield Hit(setting.where, f"there is no option {option}: it is named {right}")
        elif not in_environment:
            message = f"option {option} is not known here; if oauth2-proxy does not know it either, it does not start"
            yield Hit(setting.where, message, None, Severity.NOTE)


@rule(
    "OAUTH2PROXY-05",
    severity=Severity.OUTAGE,
    effect=_NO_START,
    catalogue=("OP-06",),
    sources=(_SOURCE + "pkg/validation/cookie.go",),
)
def same_site_misspelt(new: Configuration) -> Hits:
    """SameSite has a word that oauth2-proxy does not know.

    Why: it knows `lax`, `strict` and `none`, in small letters, and does not start with another.

    Fix: write `lax`, or leave the option out.
    """
    for setting in _options(new):
        known = setting.shown is None or setting.shown in _WORDS
        if setting.pointer in ("cookie_samesite", "cookie_csrf_samesite") and not known:
            yield Hit(setting.where, f"{setting.pointer} is {setting.shown}, and must be lax, strict or none")


@rule(
    "OAUTH2PROXY-06",
    severity=Severity.OUTAGE,
    effect=effect(
        "everyone who signs in", "from the next sign-in on", "is refused or signed out again", *EVERY_SIGN_IN
    ),
    catalogue=("OP-10", "OP-21"),
    sources=(_SOURCE + "pkg/apis/options/cookie.go", "https://pkg.go.dev/time#ParseDuration"),
)
def duration_without_unit(new: Configuration) -> Hits:
    """A duration has no unit, or is none.

    Why: durations are read as Go reads them. A bare number counts nanoseconds: a life of `3600` ends as it begins, and
    a refresh of `3600` asks the provider at every request. What cannot be read at all stops the start.

    Fix: write the unit: `1h`, `30m`, `3600s`. Days have none: seven days are `168h`.
    """
    for setting in _options(new):
        if setting.pointer not in DURATIONS or setting.shown is None:
            continue
        if seconds(setting.shown) is None:
            yield Hit(setting.where, f"{setting.pointer} is no duration: {setting.shown}", effect=_NO_START)
        elif lacks_unit(setting.shown) and setting.pointer == "cookie_refresh":
            slow = effect("everyone signed in", "at every request", "waits for the provider", What.TOKEN_REFRESH)
            message = f"{setting.pointer} counts {setting.shown} nanoseconds: write the unit"
            yield Hit(setting.where, message, None, Severity.PARTIAL, slow)
        elif lacks_unit(setting.shown) and setting.pointer.startswith("cookie_"):
            yield Hit(setting.where, f"{setting.pointer} counts {setting.shown} nanoseconds: write the unit")


@rule(
    "OAUTH2PROXY-07",
    severity=Severity.OUTAGE,
    effect=_NO_START,
    catalogue=("OP-14",),
    sources=(
        "https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig",
        "https://github.com/oauth2-proxy/oauth2-proxy/issues/1937",
    ),
)
def issuer_is_no_issuer(new: Configuration) -> Hits:
    """The issuer's address cannot be an issuer's.

    Why: at its start oauth2-proxy asks the issuer, at this address with `/.well-known/openid-configuration` behind it.
    Without a scheme, or with that path written out, nothing answers, and it does not start.

    Fix: write the issuer as the provider publishes it, with its scheme, and sign by sign.
    """
    endpoint = new.endpoint("provider")
    if new.kind != "oauth2-proxy" or endpoint is None or not endpoint.url:
        return
    named = endpoint.where.pointer.endswith(("oidc_issuer_url", "issuerURL"))
    if not named or _is_on(new, "skip_oidc_discovery"):
        return
    where = place(new, endpoint.where.pointer, endpoint.where.path)
    if not endpoint.url.lower().startswith(("https://", "http://")):
        yield Hit(where, f"the issuer {endpoint.url} has no scheme")
    elif "/.well-known/" in endpoint.url:
        yield Hit(where, f"the issuer {endpoint.url} is the address of its metadata, not its own")


RULES = (
    secret_of_another_size,
    refreshed_after_its_end,
    tokens_left_out_and_needed,
    option_misnamed,
    same_site_misspelt,
    duration_without_unit,
    issuer_is_no_issuer,
)
