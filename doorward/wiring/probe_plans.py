"""From a [[probe]] of doorward.toml to the plan of its journey: secrets are read where they are named, when needed.

In: Settings. Out: a ProbePlan, or InputInvalid with every secret that cannot be had, each with its line. A secret comes
from a file or from the environment, never from doorward.toml itself, and nothing of it is in a message.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from doorward.errors import InputInvalid, Problem
from doorward.probe.means import Mailbox, Means
from doorward.probe.plan import Client, ProbePlan
from doorward.probe.totp import key_of
from doorward.settings import Settings
from doorward.settings_tables import ProbeTable
from doorward.toml_file import read

# Each may be `NAME_file` or `NAME_env`; the token has a file alone.
_SECRETS = ("username", "password", "client_secret", "totp_secret", "token")


def probe_plan(settings: Settings, probe: ProbeTable) -> ProbePlan:
    """The probe with its account and token read from their files. Raises InputInvalid if one is missing or unusable."""
    urls = [probe.start, probe.return_to, probe.issuer, *(component.address for component in settings.component)]
    hosts = {urlsplit(url).netloc for url in urls if url} | set(probe.hosts)
    token = _secret(settings, probe, "token")
    return ProbePlan(
        name=probe.name,
        journey=probe.journey,
        start_url=probe.start or probe.issuer,
        return_url=probe.return_to or None,
        account=_account(settings, probe),
        addresses=probe.addresses,
        headers=(("X-Synthetic", token),) if token else (),
        hosts=tuple(sorted(hosts)),
        timeout_s=probe.timeout_s,
        # Room for a whole chain of pages that are each just in time: a third of the longest.
        total_s=max(20.0, 6 * probe.timeout_s),
        expect_text=probe.expect_text or None,
        issuer=probe.issuer,
        client=_client(settings, probe),
        then=probe.then,
        totp_secret=_secret(settings, probe, "totp_secret"),
        authorities=str(settings.place(probe.authorities)) if probe.authorities else "",
        loopback_is_secure=probe.loopback_is_secure,
        control=_control(settings.vantage.control),
        means=_means(settings, probe),
        session_file=str(settings.place(probe.session_file)) if probe.session_file else "",
    )


def _control(said: str) -> tuple[str, int] | None:
    host, _, port = said.rpartition(":")
    return (host.strip("[]"), int(port)) if host else None


def _means(settings: Settings, probe: ProbeTable) -> Means:
    """What a journey beyond the web needs besides an account."""
    mailbox = _mailbox(settings, probe) if probe.mail.place else None
    return Means(
        starttls=probe.starttls,
        key_file=str(settings.place(probe.key_file)) if probe.key_file else "",
        known_hosts=str(settings.place(probe.known_hosts)) if probe.known_hosts else "",
        mailbox=mailbox,
    )


def _mailbox(settings: Settings, probe: ProbeTable) -> Mailbox:
    mail = probe.mail
    kind, _, directory = mail.place.partition(":")
    is_local = kind in ("maildir", "files")
    named = (mail.username_file, mail.password_file, mail.address_file)
    username, password, address = (_text(settings, path) if path else "" for path in named)
    return Mailbox(
        place=f"{kind}:{settings.place(Path(directory))}" if is_local else mail.place,
        address=address or _account(settings, probe)[0],
        account=(username, password),
        wait_s=mail.wait_s,
        authorities=str(settings.place(probe.authorities)) if probe.authorities else "",
    )


def check_accounts(settings: Settings, probes: Sequence[ProbeTable]) -> None:
    """Raises InputInvalid with every account or token that cannot be had, each with its place in doorward.toml."""
    found = tuple(account_problems(settings, probes))
    if found:
        raise InputInvalid(found)


def account_problems(settings: Settings, probes: Sequence[ProbeTable]) -> Iterator[Problem]:
    """Every secret of these probes that cannot be had."""
    lines = read(settings.path)
    for number, probe in ((settings.probe.index(probe), probe) for probe in probes):
        for key, ask in _asked(settings, probe):
            try:
                ask()
            except InputInvalid as error:
                where = f"{settings.path}:{lines.line(f'probe[{number}].{key}')} probe[{number}].{key}"
                yield from (Problem(p.code, f"{p.where} {p.what}", where, p.fix) for p in error.problems)


def _asked(settings: Settings, probe: ProbeTable) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each secret of the probe by its key, and how it is read."""
    for name in _SECRETS:
        for key in (f"{name}_file", f"{name}_env"):
            if getattr(probe, key, None):
                yield key, partial(_totp if name == "totp_secret" else _secret, settings, probe, name)
                break
    if probe.accounts_file and not _has_own_account(probe):
        yield "accounts_file", partial(_account, settings, probe)


def account_names(settings: Settings) -> tuple[str, ...]:
    """The user names of the probes, as far as they can be had."""
    found: list[str] = []
    for probe in settings.probe:
        with contextlib.suppress(InputInvalid):
            found.append(_account(settings, probe)[0])
    return tuple(dict.fromkeys(name for name in found if name))


def _has_own_account(probe: ProbeTable) -> bool:
    return bool((probe.username_file or probe.username_env) and (probe.password_file or probe.password_env))


def _client(settings: Settings, probe: ProbeTable) -> Client:
    return Client(
        id=probe.client_id,
        secret=_secret(settings, probe, "client_secret"),
        redirect_uri=probe.redirect_uri,
        scope=probe.scope,
        authentication=probe.client_authentication,
        post_sign_out_uri=probe.post_sign_out_uri,
    )


def _account(settings: Settings, probe: ProbeTable) -> tuple[str, str]:
    if _has_own_account(probe) or probe.accounts_file is None:
        return _secret(settings, probe, "username"), _secret(settings, probe, "password")
    text = _text(settings, probe.accounts_file)
    try:
        account = next(account for account in json.loads(text) if account.get("monitor"))
        return str(account["username"]), str(account["password"])
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        fix = 'one account needs "monitor": true, "username" and "password"'
        problem = Problem("probe.account", "holds no account for probes", str(probe.accounts_file), fix)
        raise InputInvalid((problem,)) from error


def _totp(settings: Settings, probe: ProbeTable, name: str) -> str:
    """The key of one-time codes, which must be one."""
    secret = _secret(settings, probe, name)
    try:
        key_of(secret)
    except ValueError as error:
        where = str(getattr(probe, f"{name}_file") or getattr(probe, f"{name}_env"))
        problem = Problem("probe.totp", str(error), where, "base32, as the app shows it, or an otpauth:// address")
        raise InputInvalid((problem,)) from error
    return secret


def _secret(settings: Settings, probe: ProbeTable, name: str) -> str:
    """The secret from its file or the environment, empty if neither is named. InputInvalid if it is not there."""
    path, variable = getattr(probe, f"{name}_file", None), getattr(probe, f"{name}_env", "")
    if path:
        return _text(settings, path)
    if not variable:
        return ""
    value = os.environ.get(variable, "").strip()
    if not value:
        problem = Problem("probe.secret", "is not set in the environment", variable, "set it where Doorward starts")
        raise InputInvalid((problem,))
    return value


def _text(settings: Settings, path: Path) -> str:
    try:
        return settings.place(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        problem = Problem("probe.secret", f"cannot be read: {why}", str(path), "check path and rights")
        raise InputInvalid((problem,)) from error
