"""What an exchange's Set-Cookie lines say of the flags of session cookies: lines in, notes out.

A note decides nothing: the sign-in works. It says what a thief needs: a script that reads the cookie (HttpOnly), a line
without TLS (Secure), another site's form (SameSite). Source: RFC 6265bis §5.6.5–5.6.7, OWASP ASVS 5.0 §3.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Scripts must read a token against forged forms, and a cookie that only remembers a choice is worth nothing.
_NO_SESSION = re.compile(r"csrf|xsrf|lang|locale|theme|consent|cookietest", re.IGNORECASE)
_SESSION = re.compile(r"sess|sid$|^sid|auth|token|identity|ticket|sso", re.IGNORECASE)
_SHOWN = re.compile(r"[A-Za-z_.\-]{1,40}")


def notes(set_cookies: tuple[str, ...], is_https: bool, after_password: bool) -> tuple[str, ...]:
    """A note for each session cookie that lacks flags. After the password every cookie counts that is no CSRF token."""
    return tuple(_notes(set_cookies, is_https, after_password))


def refusals(set_cookies: tuple[str, ...], is_https: bool) -> tuple[str, ...]:
    """A note for each cookie that a browser does not keep: what follows it finds no session."""
    return tuple(
        dict.fromkeys(f"{_name(line)} is not kept by browsers: {_why(line, is_https)}" for line in set_cookies)
    )


def _why(line: str, is_https: bool) -> str:
    given = {part.partition("=")[0].strip().lower() for part in line.split(";")[1:]}
    if "secure" in given and not is_https:
        return "it is Secure, and this is plain http"
    return "its Domain, its SameSite or its prefix is not for this address"


def _name(line: str) -> str:
    return _shown(line.partition(";")[0].partition("=")[0].strip())


def _notes(set_cookies: tuple[str, ...], is_https: bool, after_password: bool) -> Iterator[str]:
    for line in set_cookies:
        pair, _, rest = line.partition(";")
        name, equals, value = pair.partition("=")
        given = {part.partition("=")[0].strip().lower() for part in rest.split(";")}
        if not equals or not value.strip(' "') or not _is_session(name.strip(), after_password):
            continue
        missing = [flag for flag in _wanted(is_https) if flag.lower() not in given]
        if missing:
            yield f"{_shown(name.strip())} is set without {', '.join(missing)}"


def _wanted(is_https: bool) -> tuple[str, ...]:
    return ("HttpOnly", "Secure", "SameSite") if is_https else ("HttpOnly", "SameSite")


def _is_session(name: str, after_password: bool) -> bool:
    return not _NO_SESSION.search(name) and (after_password or _SESSION.search(name) is not None)


def _shown(name: str) -> str:
    """Names with digits may be random; they are not shown."""
    return f"cookie {name}" if _SHOWN.fullmatch(name) else "a cookie"
