"""A plain Django site with django-oauth-toolkit and a one-time-code page, as their own documentation builds it.

`python -m tests.probe.django_site PLACE` makes its database in PLACE, reads there what the client's secret and the key
of one-time codes are, and prints its address once it listens. Nothing of Doorward is in it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path

PLACE = Path(sys.argv[1] if __name__ == "__main__" else ".")
REDIRECT, AFTER = "https://probe.invalid/callback", "https://probe.invalid/signed-out"
_PAGE = (
    "{% if form.errors %}<p>Wrong.</p>{% endif %}<form method=post>{% csrf_token %}{{ form.as_p }}"
    '<input type=hidden name=next value="{{ next }}"><button>Sign in</button></form>'
)
urlpatterns: list[object] = []


def _configure() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    templates = {"registration/login.html": _PAGE, "code.html": _PAGE}
    settings.configure(
        SECRET_KEY="only for a test",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "loaders": [
                        ("django.template.loaders.locmem.Loader", templates),
                        "django.template.loaders.app_directories.Loader",
                    ],
                },
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": PLACE / "site.sqlite3"}},
        USE_TZ=True,
        LOGIN_URL="/in/",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": pem,
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "SCOPES": {"openid": "who you are", "introspection": "look at tokens"},
        },
    )
    django.setup()


def _sign_in(request: HttpRequest) -> HttpResponse:
    """The password; people with a second step are signed in after the code alone."""
    from django.contrib.auth.views import LoginView

    class FirstStep(LoginView):
        def form_valid(self, form: object) -> HttpResponse:
            user = form.get_user()  # type: ignore[attr-defined]
            if user.username != "two-steps":
                return super().form_valid(form)  # type: ignore[arg-type]
            self.request.session["waiting"] = user.pk
            self.request.session["next"] = self.get_success_url()
            return HttpResponseRedirect("/in/code/")

    return FirstStep.as_view()(request)


def _code(request: HttpRequest) -> HttpResponse:
    from django import forms
    from django.contrib.auth import get_user_model, login
    from django.shortcuts import render

    class Code(forms.Form):
        token = forms.CharField()

    form = Code(request.POST or None)
    if form.is_valid() and form.cleaned_data["token"] == _code_now():
        address = request.session["next"]
        login(request, get_user_model().objects.get(pk=request.session["waiting"]))
        return HttpResponseRedirect(address)
    return render(request, "code.html", {"form": form, "next": ""})


def _code_now() -> str:
    """Computed by another way than the probe's: pyca's RFC 6238."""
    from base64 import b32decode

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    key = b32decode((PLACE / "totp").read_text())
    made = TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(int(datetime.now(UTC).timestamp()))
    return made.decode()


def _fill() -> None:
    from django.contrib.auth import get_user_model
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    for name in ("one-step", "two-steps"):
        get_user_model().objects.create_user(name, password=(PLACE / "password").read_text())
    for name, grant in (("probe", "authorization-code"), ("program", "client-credentials")):
        Application.objects.create(
            client_id=name,
            client_secret=(PLACE / "secret").read_text(),
            client_type="confidential",
            authorization_grant_type=grant,
            redirect_uris=REDIRECT,
            post_logout_redirect_uris=AFTER,
            algorithm="RS256",
        )


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def main() -> None:
    """Serve until told to stop."""
    _configure()
    urlpatterns.extend(
        [
            path("in/", _sign_in),
            path("in/code/", _code),
            path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
        ]
    )
    from django.core.wsgi import get_wsgi_application

    _fill()
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
