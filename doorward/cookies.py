"""A browser's cookie jar: Set-Cookie lines in, Cookie lines out. Time is an argument; nothing is written anywhere.

Source: RFC 6265bis (draft-ietf-httpbis-rfc6265bis) §5.5–5.8. Where browsers differ, as Chromium does, with two
exceptions: `http://localhost` is not taken for secure, for in a rehearsal it stands for a site on plain http; and a
cookie without SameSite is Lax at once, for people may need more than the two minutes that Chromium grants.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

# §5.5: an attribute's bound, and the longest that a cookie may live.
_MOST_BYTES = 4096
_LONGEST = timedelta(days=400)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Cookie:
    """A stored cookie; `ends_at` None = with the browser; `same_site` is strict, lax or none."""

    name: str
    value: str = field(repr=False)
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: str
    ends_at: datetime | None
    made: int = 0

    @property
    def key(self) -> tuple[str, str, bool, str]:
        """What a later cookie must have in common to replace this one."""
        return self.name, self.domain, self.host_only, self.path


@dataclass(slots=True)
class Jar:
    """One person's cookies."""

    cookies: dict[tuple[str, str, bool, str], Cookie] = field(default_factory=dict)
    _made: int = 0

    def copy(self) -> Jar:
        """Another browser with the same cookies, as a second tab that sends its request at the same moment."""
        return Jar(dict(self.cookies), self._made)

    def outlive(self, name: str, value: str) -> None:
        """Every cookie of that name gets this value, as if what it stood for had ended at the server."""
        self.cookies = {
            key: replace(one, value=value) if one.name == name else one for key, one in self.cookies.items()
        }

    def take(self, url: str, set_cookie: str, now: datetime) -> bool:
        """Store what the answer from `url` to a top-level navigation sets; False if a browser would refuse it."""
        made = accepted(url, set_cookie, now)
        if made is None or self._overlays_secure(made, url):
            return False
        before = self.cookies.get(made.key)
        self._made += 1
        self.cookies[made.key] = replace(made, made=before.made if before else self._made)
        if made.ends_at is not None and made.ends_at <= now:
            del self.cookies[made.key]
        return True

    def header(self, url: str, now: datetime, *, same_site: bool = True, method: str = "GET") -> str:
        """The Cookie line of a top-level navigation to `url`, empty if none is sent; longest path first."""
        sent = [one for one in self.cookies.values() if is_sent(one, url, now, same_site=same_site, method=method)]
        sent.sort(key=lambda one: (-len(one.path), one.made))
        return "; ".join(f"{one.name}={one.value}" if one.name else one.value for one in sent)

    def _overlays_secure(self, made: Cookie, url: str) -> bool:
        """§5.7 step 13: an answer in clear does not replace or shadow a Secure cookie."""
        if made.secure or _is_secure(url):
            return False
        return any(
            one.secure
            and one.name == made.name
            and (domain_matches(made.domain, one.domain) or domain_matches(one.domain, made.domain))
            and path_matches(made.path, one.path)
            for one in self.cookies.values()
        )


def accepted(url: str, line: str, now: datetime) -> Cookie | None:
    """The cookie that the line makes at that address, None where a browser ignores the line."""
    pair, _, rest = line.partition(";")
    if _CONTROL.search(line):
        return None
    name, equals, value = pair.partition("=")
    name, value = (name.strip(" \t"), value.strip(" \t")) if equals else ("", pair.strip(" \t"))
    if not name + value or len((name + value).encode()) > _MOST_BYTES:
        return None
    given = _attributes(rest)
    host = host_of(url)
    placed = _placed(host, given.get("domain", ""))
    if placed is None:
        return None
    made = Cookie(
        name=name,
        value=value,
        domain=placed[0],
        host_only=placed[1],
        path=given["path"] if given.get("path", "").startswith("/") else default_path(url),
        secure="secure" in given,
        same_site=_same_site(given.get("samesite", "")),
        ends_at=_end(given, now),
    )
    return made if _is_allowed(made, url, "path" in given) else None


def is_sent(one: Cookie, url: str, now: datetime, *, same_site: bool, method: str) -> bool:
    """Whether a top-level navigation to `url` carries this cookie (§5.8.3)."""
    host = host_of(url)
    there = host == one.domain if one.host_only else domain_matches(host, one.domain)
    if not there or not path_matches(_path_of(url), one.path):
        return False
    if one.secure and not _is_secure(url):
        return False
    if one.ends_at is not None and one.ends_at <= now:
        return False
    if same_site or one.same_site == "none":
        return True
    return one.same_site == "lax" and method.upper() in _SAFE_METHODS


def host_of(url: str) -> str:
    """The host in small letters, without its port."""
    return (urlsplit(url).hostname or "").lower()


def domain_matches(host: str, domain: str) -> bool:
    """§5.1.3: the same, or below it and no IP address."""
    return host == domain or (host.endswith("." + domain) and not _is_address(host))


def path_matches(path: str, cookie_path: str) -> bool:
    """§5.1.4: the same, or below it at a slash."""
    if path == cookie_path:
        return True
    return path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")


def default_path(url: str) -> str:
    """§5.1.4: the folder of the address that set the cookie."""
    path = _path_of(url)
    return path[: path.rfind("/")] or "/"


def is_same_site(one: str, other: str) -> bool:
    """Schemeful same-site; the registrable domain is taken to be the last two labels, three below a short `co.uk`."""
    return urlsplit(one).scheme == urlsplit(other).scheme and _site(host_of(one)) == _site(host_of(other))


def _site(host: str) -> str:
    labels = host.split(".")
    if _is_address(host) or len(labels) < 3:
        return host
    # No public suffix list is at hand: ac.uk, com.au, co.jp and their like are a short label before a country.
    count = 3 if len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-count:])


def _attributes(rest: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in rest.split(";"):
        name, _, value = part.partition("=")
        value = value.strip(" \t")
        if len(value) <= 1024:
            given[name.strip(" \t").lower()] = value
    return given


def _placed(host: str, domain: str) -> tuple[str, bool] | None:
    """The cookie's domain and whether it is for that host alone; None = it is not of this host."""
    domain = domain.removeprefix(".").lower()
    if not domain:
        return host, True
    if "." not in domain:
        # A single label is a public suffix: refused unless it is the host itself (§5.7 step 9).
        return (host, True) if domain == host else None
    return (domain, False) if domain_matches(host, domain) else None


def _is_allowed(made: Cookie, url: str, has_path: bool) -> bool:
    """§5.7 steps 12, 17, 20, 21: Secure only over TLS, SameSite=None only with Secure, and the two prefixes."""
    if made.secure and not _is_secure(url):
        return False
    if made.same_site == "none" and not made.secure:
        return False
    name = made.name.lower() or made.value.lower()
    if name.startswith("__secure-"):
        return made.secure and bool(made.name)
    if name.startswith("__host-"):
        return made.secure and made.host_only and has_path and made.path == "/" and bool(made.name)
    return True


def _same_site(word: str) -> str:
    return word.lower() if word.lower() in ("strict", "lax", "none") else "lax"


def _end(given: dict[str, str], now: datetime) -> datetime | None:
    """Max-Age before Expires; what cannot be read is as if it were not there."""
    if re.fullmatch(r"-?\d+", given.get("max-age", "")):
        seconds = int(given["max-age"])
        return now + min(timedelta(seconds=min(seconds, 10**9)), _LONGEST) if seconds > 0 else now
    ends_at = cookie_date(given.get("expires", ""))
    return min(ends_at, now + _LONGEST) if ends_at else None


def cookie_date(text: str) -> datetime | None:
    """§5.1.1, None if the text is no date."""
    clock = re.search(r"(?<!\d)(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)", text)
    if clock is None:
        return None
    words = re.split(r"[\s,\-/]+", text.replace(clock.group(), " ").strip().lower())
    month = next((_MONTHS.index(word[:3]) + 1 for word in words if word[:3] in _MONTHS), None)
    numbers = [word for word in words if word.isdigit()]
    day = next((word for word in numbers if len(word) <= 2), None)
    year = next((word for word in numbers if word != day or len(word) == 4), None)
    if month is None or day is None or year is None:
        return None
    count = int(year) + (0 if len(year) > 2 else 1900 if int(year) >= 70 else 2000)
    try:
        hour, minute, second = map(int, clock.groups())
        return datetime(count, month, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _path_of(url: str) -> str:
    path = urlsplit(url).path
    return path if path.startswith("/") else "/"


def _is_secure(url: str) -> bool:
    return url.lower().startswith("https:")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
