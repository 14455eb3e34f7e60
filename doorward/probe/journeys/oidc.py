"""`oidc`: from the client's protected page to the provider's form and back (OpenID Connect, authorization code).

Source: OpenID Connect Core 1.0 §3.1.2, RFC 6749 §4.1, RFC 7636 §4.3 (S256), RFC 9700 §2.1. Every request comes from the
next of the plan's addresses, as for a person behind a network with several outgoing addresses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from doorward.probe.exchange import Done, Ending, Journey
from doorward.probe.journeys.sign_in import SignIn
from doorward.probe.plan import ProbePlan

# RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6: the only words of an error answer that are repeated.
KNOWN_ERRORS = frozenset(
    [
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "invalid_request_uri",
        "invalid_request_object",
        "request_not_supported",
        "request_uri_not_supported",
        "registration_not_supported",
    ]
)


def oidc_journey(plan: ProbePlan) -> Journey:
    """Sign in across the hosts; with `return_url`, come back from the next address."""
    return SignIn(plan, CodeFlow(plan), alternates=True, consents=True)


@dataclass(slots=True)
class CodeFlow:
    """Watches the redirects: a proper authorize request out, its code and its own state back, the page asked for."""

    plan: ProbePlan
    state: str | None = field(default=None, repr=False)
    callback: str | None = field(default=None, repr=False)
    authorized: bool = False
    returned: bool = False
    opened: list[str] = field(default_factory=list, repr=False)

    def redirected(self, source: str, target: str) -> Done | None:
        """Check a redirect that begins or ends the code flow; others pass."""
        query = query_of(target)
        if "client_id" in query and ("response_type" in query or "redirect_uri" in query or "request_uri" in query):
            return self._authorize(source, query)
        if self._is_callback(target, query):
            return self._come_back(query)
        if not self.authorized:
            self.opened.append(page_of(source))
        return None

    def arrived(self, url: str) -> Done | None:
        """The journey must end at the page that sent the person to sign in."""
        if not self.authorized:
            return Done(Ending.NO_AUTHORIZE, "the protected page sends an authorize request to the provider")
        if not self.returned:
            return Done(Ending.NO_CODE, "the provider sends the person back to the client with a code")
        if self.callback is not None and page_of(url) == page_of(self.callback):
            return Done(Ending.ERROR_PAGE, "the client takes the code and goes on to the protected page")
        if page_of(url) not in self.opened:
            return Done(Ending.WRONG_PAGE, "back at the protected page that was asked for")
        return None

    def _authorize(self, source: str, query: dict[str, str]) -> Done | None:
        # The page that leads to the provider is a sign-in address, unless the person asked for that very page.
        if not self.authorized and not self.opened:
            self.opened.append(page_of(source))
        self.authorized, self.returned = True, False
        if "request_uri" in query:
            # RFC 9126: what was asked went by another way, so there is nothing here to check.
            return None
        self.state, self.callback = query.get("state"), query.get("redirect_uri")
        missing = _missing(query, self.plan.pkce)
        if missing is None:
            return None
        return Done(Ending.AUTHORIZE_INVALID, f"the authorize request carries {missing}")

    def _is_callback(self, target: str, query: dict[str, str]) -> bool:
        if not self.authorized:
            return False
        if self.callback is not None:
            return page_of(target) == page_of(self.callback)
        return "state" in query and ("code" in query or "error" in query)

    def _come_back(self, query: dict[str, str]) -> Done | None:
        self.returned = True
        if "error" in query:
            error = query["error"] if query["error"] in KNOWN_ERRORS else "an error of its own"
            return Done(Ending.PROVIDER_REFUSED, f"the provider answers with a code; it answered {error}")
        if not query.get("code"):
            return Done(Ending.NO_CODE, "the provider sends the person back to the client with a code")
        if self.state is not None and query.get("state") != self.state:
            return Done(Ending.STATE_MISMATCH, "the state comes back as it was sent")
        return None


def _missing(query: dict[str, str], pkce: bool) -> str | None:
    if query.get("response_type") != "code":
        return "response_type=code"
    if not query.get("state"):
        return "a state"
    if pkce and not (query.get("code_challenge") and query.get("code_challenge_method") == "S256"):
        return "a code_challenge of method S256"
    return None


def query_of(url: str) -> dict[str, str]:
    """The first value of each parameter, none for an address that is none."""
    try:
        found = parse_qs(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def page_of(url: str) -> str:
    """The address without its parameters."""
    return url.partition("#")[0].partition("?")[0]
