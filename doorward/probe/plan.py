"""ProbePlan: which journey, where it begins, as whom, from which addresses, and to which hosts secrets may go."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """One probe. Everything secret is left out of its repr.

    `journey` is `form` or `oidc`. `return_url` is visited again after sign-in, from another of the `addresses`,
    which go out as X-Forwarded-For (the service must trust the prober for them to count).
    `hosts` (`host` or `host:port`) are the only ones that are asked anything; empty = those of `start_url` and
    `return_url`. `headers` go to them alone.
    `timeout_s` is the longest wait for one answer, `total_s` for the whole. `control` is asked before blame.
    `pkce` = the authorize request must carry a code challenge (RFC 7636 S256).
    """

    name: str
    journey: str
    start_url: str
    return_url: str | None = None
    account: tuple[str, str] = field(default=("", ""), repr=False)
    addresses: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    hosts: tuple[str, ...] = ()
    timeout_s: float = 5.0
    total_s: float = 20.0
    expect_text: str | None = None
    control: tuple[str, int] | None = None
    pkce: bool = True

    def names_host(self, url: str) -> bool:
        """Whether the address is http(s) at one of the hosts that the plan names."""
        host = _host_of(url)
        if host is None:
            return False
        named = {name.lower() for name in self.hosts} or self._own_hosts()
        return host[0] in named or f"{host[0]}:{host[1]}" in named

    def _own_hosts(self) -> set[str]:
        found = (_host_of(url) for url in (self.start_url, self.return_url) if url)
        return {f"{host}:{port}" for host, port in filter(None, found)}


def _host_of(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)
