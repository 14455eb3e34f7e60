"""The way back from the provider: a real OpenID client (mozilla-django-oidc), and a project with its own double."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.check.rehearsal import Pages, Plan, Reason, Rehearsal, rehearse
from doorward.model.finding import What
from doorward.systems import Target
from tests.check.rehearsal.site_project import candidate, make

CLIENT = """\
INSTALLED_APPS = [*INSTALLED_APPS, "mozilla_django_oidc"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "mozilla_django_oidc.auth.OIDCAuthenticationBackend",
]
OIDC_RP_CLIENT_ID = "portal"
OIDC_RP_CLIENT_SECRET = "a-secret-of-a-project-that-is-only-a-test"
OIDC_OP_AUTHORIZATION_ENDPOINT = "https://id.example.org/authorize"
OIDC_OP_TOKEN_ENDPOINT = "https://id.example.org/token"
OIDC_OP_USER_ENDPOINT = "https://api.example.org/me"
OIDC_OP_JWKS_ENDPOINT = "http://id.example.org:8080/keys"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
LOGIN_REDIRECT_URL_FAILURE = "/sign-in/"
ROOT_URLCONF = "site_of_test.urls_oidc"
"""
URLS = """\
from django.urls import include
from site_of_test.urls import path, urlpatterns as own
urlpatterns = [*own, path("oidc/", include("mozilla_django_oidc.urls"))]
"""
PAGES = Pages("/account/", "", "/oidc/authenticate/")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make(tmp_path_factory.mktemp("site") / "project")
    (made / "site_of_test" / "urls_oidc.py").write_text(URLS)
    return made


def rehearsed(project: Path, change: str) -> Rehearsal:
    old = Target("django", candidate(project, CLIENT, "client"), project)
    return rehearse(Plan(old, Target("django", candidate(project, CLIENT + change), project), PAGES))


CHANGES: dict[str, tuple[str, dict[What, str]]] = {
    "another-secret": ("OIDC_RP_CLIENT_SECRET = 'mistyped'", {What.SSO_RETURN: "http-500"}),
    "keys-elsewhere": ("OIDC_OP_JWKS_ENDPOINT = 'https://gone.example.org/keys'", {What.SSO_RETURN: "http-500"}),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_client_is_signed_in_through_the_double_and_what_breaks_the_way_back_is_told(
    project: Path, case: str
) -> None:
    change, expected = CHANGES[case]
    found = rehearsed(project, change)
    assert found.probes[6].old.reason == Reason.OK
    assert {one.probe: one.new.reason for one in found.probes if one.probe in found.broken} == expected


def test_a_project_names_its_own_double(project: Path) -> None:
    def sent_back(asked: dict[str, str]) -> dict[str, str]:
        return {"code": "of the project's own", "state": asked["state"]}

    old = Target("django", candidate(project, "SESSION_COOKIE_AGE = 3600", "longer"), project)
    taken_for_https = "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_FOR', '203.0.113.7')"
    new = Target("django", candidate(project, taken_for_https, "https"), project)
    found = rehearse(Plan(old, new, Pages("/account/", "", "/sso/"), sent_back)).probes[6]
    assert found.old.reason == Reason.OK
    # The callback is on https now, and the provider knows it on http.
    assert found.new.reason == Reason.PROVIDER_REFUSED
