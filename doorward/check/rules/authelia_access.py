"""Authelia's rules of access: does anybody get in, and are they rules that Authelia takes?"""

from __future__ import annotations

from doorward.check.rule import EVERYTHING, Hit, Hits, effect, rule
from doorward.check.values import has, is_missing, items, shown, where
from doorward.model.configuration import Configuration
from doorward.model.finding import Severity, What

_RULES = "https://www.authelia.com/configuration/security/access-control/"
_VALIDATOR = "authelia/authelia internal/configuration/validator/access_control.go"
_REFUSED = effect("everyone", "at the next start", "gets no answer: Authelia does not start", What.START, *EVERYTHING)
_FORBIDDEN = effect("everyone", "at once", "is refused (403), signed in or not", *EVERYTHING)
_POLICIES = ("deny", "bypass", "one_factor", "two_factor")


@rule(
    "AUTHELIA-05",
    severity=Severity.OUTAGE,
    effect=_REFUSED,
    catalogue=("AD-04",),
    sources=(_RULES, _VALIDATOR),
)
def nobody_gets_in(new: Configuration) -> Hits:
    """The rules of access let nobody in, or are none.

    Why: Authelia denies what no rule allows. Where there is no rule at all it does not start, unless its default asks
    for a factor; nor does it with a policy that does not exist, a rule without domain or policy, or a rule that
    lets people by without signing in and yet names who they are.

    Fix: add a rule with a domain and one of `one_factor`, `two_factor` or `bypass`.
    """
    if new.kind != "authelia" or not has(new, "access_control"):
        return
    default, rules = "access_control.default_policy", items(new, "access_control.rules")
    policy = "deny" if is_missing(new, default) else shown(new, default)
    yield from _policy(new, default)
    if not rules and policy in ("deny", "bypass"):
        yield Hit(where(new, default), f"the default is {policy}, and there is no rule")
    for table in rules:
        yield from _rule(new, table)
    chosen = [shown(new, f"{table}.policy") for table in rules]
    if rules and policy == "deny" and all(one == "deny" for one in chosen):
        yield Hit(where(new, default), "every rule denies, and so does the default", effect=_FORBIDDEN)


def _rule(new: Configuration, table: str) -> Hits:
    if is_missing(new, f"{table}.policy"):
        yield Hit(where(new, f"{table}.policy"), "a rule of access without a policy")
    if is_missing(new, f"{table}.domain") and is_missing(new, f"{table}.domain_regex"):
        yield Hit(where(new, f"{table}.domain"), "a rule of access without a domain")
    if shown(new, f"{table}.policy") == "bypass" and not is_missing(new, f"{table}.subject"):
        yield Hit(where(new, f"{table}.subject"), "people are named in a rule that lets them by without signing in")
    yield from _policy(new, f"{table}.policy")


def _policy(new: Configuration, pointer: str) -> Hits:
    policy = shown(new, pointer)
    if policy and policy not in _POLICIES:
        yield Hit(where(new, pointer), f"there is no policy {policy}", fix=f"one of: {', '.join(_POLICIES)}")


RULES = (nobody_gets_in,)
