"""The fifth set: releases whose settings module is wrong, as the rows drawn from the catalogue say.

The settings of Django stand in the code of the school and are shipped with it: to go back is to go back a release.
"""

from __future__ import annotations

from bench.faults.fault import Do, Fault, Layout
from bench.faults.held_out_deploys import ship
from bench.faults.held_out_settings import TLS
from bench.faults.held_out_stores import said_to_sqlite
from bench.faults.mend import each, started
from bench.faults.session_stores import ON_REDIS

_AXES, _MODEL = '"axes.backends.AxesStandaloneBackend"', '"django.contrib.auth.backends.ModelBackend"'
_SESSIONS = '    "django.contrib.sessions.middleware.SessionMiddleware",\n'
_COMMON = '    "django.middleware.common.CommonMiddleware",\n    "django.middleware.csrf.CsrfViewMiddleware",\n'
_PEOPLE = '    "django.contrib.auth.middleware.AuthenticationMiddleware",\n'
_SERIALIZER = "SESSION_SERIALIZER = "
_NO_SNIFF = "SECURE_CONTENT_TYPE_NOSNIFF = True\n"
_FORM_COOKIE = "CSRF_COOKIE_HTTPONLY = True\n"
_ARGON2 = '["school.auth.hashers.Argon2"]'
_BCRYPT = '["django.contrib.auth.hashers.BCryptSHA256PasswordHasher", "school.auth.hashers.Argon2"]'
_KEY_READ = 'SECRET_KEY = CONFIG.service.secret_key_file.read_text(encoding="utf-8").strip()'
_KEY_MADE = 'SECRET_KEY = __import__("secrets").token_urlsafe(48)'
_KIND = "{SCHOOL_AUTH.session.engine}"
_ENGINE = f'SESSION_ENGINE = f"django.contrib.sessions.backends.{_KIND}"\n'
_SAME_SITE = "SESSION_COOKIE_SAMESITE = SCHOOL_AUTH.session.cookie_samesite\n"
_CHALLENGE = '                "code_challenge_method": "S256",\n'


def _settings(before: str, after: str) -> Do:
    """A release of the provider in which its settings module reads otherwise."""
    return ship("auth/settings.py", before, after, "auth")


# Who was refused too often is heard again.
_UNLOCKED = said_to_sqlite("auth", "DELETE FROM axes_accessattempt")


def _deploy(name: str, what: str, why: str, inject: Do, layout: Layout | None = None, service: str = "auth") -> Fault:
    undo = each(started(service), _UNLOCKED)
    return Fault(name, ("deploy",), what, inject, layout or Layout(), undo=undo, why=why)


FAULTS = (
    _deploy(
        "deploy-backend-misspelt",
        "the release misspells one of the classes that look at passwords",
        "accounts, keys and auth.toml are as before; the name is in the release (DJ-39)",
        _settings(f"[{_AXES}", '["axes.backends.AxesStandalonBackend"'),
    ),
    _deploy(
        "deploy-openid-moved",
        "the provider's OpenID pages have another path, and its issuer another name",
        "the portal asks as it always did; the path is in the release (KC-R01)",
        each(
            ship("auth/settings.py", 'public_url}/o"', 'public_url}/openid"'),
            ship("auth/urls.py", 'path("o/"', 'path("openid/"', "auth"),
        ),
    ),
    _deploy(
        "deploy-cache-unnamed",
        "sessions are to be in a cache that the release does not define",
        "Redis is well and its address as before; the name is in the release (DJ-20)",
        _settings(_SERIALIZER, f'SESSION_CACHE_ALIAS = "sessions"\n{_SERIALIZER}'),
        ON_REDIS,
    ),
    _deploy(
        "deploy-leads-to-https",
        "the release leads everybody to HTTPS, and does not know that the front has it already: for ever",
        "the front ends TLS as before; what leads in a circle came with the release (DJ-29)",
        _settings(_NO_SNIFF, f"{_NO_SNIFF}SECURE_SSL_REDIRECT = True\n"),
        TLS,
    ),
    _deploy(
        "deploy-form-cookie-path",
        "the form's cookie is for the account page alone: every sign-in is refused, 403",
        "browsers and keys are as before; the path is in the release (DJ-26)",
        _settings(_FORM_COOKIE, f'{_FORM_COOKIE}CSRF_COOKIE_PATH = "/account"\n'),
    ),
    _deploy(
        "deploy-asks-no-password",
        "the release took out the one class that compares passwords: all are wrong",
        "passwords and their hashes are as before, and right again under the former release (KC-R21)",
        _settings(f"{_AXES}, {_MODEL}", _AXES),
    ),
    _deploy(
        "deploy-middleware-order",
        "who somebody is is asked before the session is there: 500 for everybody",
        "sessions and their store are well; the order is in the release (DJ-35)",
        _settings(_SESSIONS + _COMMON + _PEOPLE, _PEOPLE + _COMMON + _SESSIONS),
    ),
    _deploy(
        "deploy-portal-without-challenge",
        "the portal sends no challenge any more, which the provider asks of all",
        "the provider asks what it always asked; the portal's release sends less (KC-C10)",
        ship("portal/sign_in/provider.py", _CHALLENGE, "", "portal"),
        service="portal",
    ),
    _deploy(
        "deploy-key-of-each-process",
        "each worker of the portal makes a secret key of its own when it starts",
        "the key's file is as before, and the release does not read it (DJ-02)",
        ship("portal/settings.py", _KEY_READ, _KEY_MADE, "portal"),
        Layout(workers=4),
        "portal",
    ),
    _deploy(
        "deploy-hasher-without-library",
        "the release prefers a kind of hash whose library is not installed",
        "passwords are right and hashes as before; the next hash cannot be made, by the release (DJ-41)",
        _settings(_ARGON2, _BCRYPT),
    ),
    _deploy(
        "deploy-signs-by-secret",
        "the provider signs tokens by the client's secret, which the portal does not take",
        "keys and secrets are as before; the kind of signature is in the release (KC-C11)",
        ship("auth/clients.py", "RS256_ALGORITHM", "HS256_ALGORITHM", "auth"),
    ),
    _deploy(
        "deploy-sessions-in-files",
        "sessions are to be in files of a directory that is not there",
        "the database keeps them as before; that they are sought elsewhere is in the release (DJ-19)",
        _settings(_ENGINE, f'SESSION_FILE_PATH = "/var/lib/school/sessions"\n{_ENGINE.replace(_KIND, "file")}'),
    ),
    _deploy(
        "deploy-same-site-invalid",
        "the session's cookie is to have a SameSite that does not exist: 500 at each sign-in",
        "the file of settings says Lax as before; what is asked of the cookie is in the release (DJ-13)",
        _settings(_SAME_SITE, 'SESSION_COOKIE_SAMESITE = "Relaxed"\n'),
    ),
)
