"""A real small Django project, rehearsed: what each change does to people, probe by probe.

Source of the expectations: measured, Django 5.2 (the table of docs on what a setting change does to sessions).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from doorward.check.rehearsal import Outcome, Pages, Plan, Reason, Rehearsal, rehearse
from doorward.errors import InputInvalid
from doorward.model.finding import What
from doorward.systems import Target
from tests.check.rehearsal.site_project import candidate, fingerprint, make

ALL = tuple(What)[1:9]
SIGN_INS = (
    What.OPEN_FORM,
    What.STALE_COOKIE_SIGN_IN,
    What.NEW_SIGN_IN,
    What.SIGN_IN_NO_RETURN,
    What.OTHER_WORKER,
)
PAGES = Pages("/account/", "", "/sso/")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("site") / "project")


def rehearsed(project: Path, change: str, *, name: str = "candidate", pages: Pages = PAGES, url: str = "") -> Rehearsal:
    old = Target("django", "site_of_test.settings", project, public_url=url or None)
    new = Target("django", candidate(project, change, name), project, public_url=url or None)
    return rehearse(Plan(old, new, pages))


def news(found: Rehearsal) -> dict[What, str]:
    """The reason of each probe that is broken."""
    return {one.probe: one.new.reason for one in found.probes if one.probe in found.broken}


# A change, and the reason under NEW of every probe that it breaks; every probe works under OLD.
CHANGES: dict[str, tuple[str, dict[What, str]]] = {
    "key-replaced": ("SECRET_KEY = 'another'", {What.EXISTING_SESSION: Reason.SENT_BACK}),
    "key-drawn-at-start": (
        "import secrets; SECRET_KEY = secrets.token_hex()",
        {What.EXISTING_SESSION: Reason.SENT_BACK, What.OTHER_WORKER: Reason.SENT_BACK},
    ),
    "cookie-renamed": ("SESSION_COOKIE_NAME = 'sid'", {What.EXISTING_SESSION: Reason.SENT_BACK}),
    "cookie-of-another-domain": (
        "SESSION_COOKIE_DOMAIN = 'other.example.org'",
        {**dict.fromkeys(SIGN_INS, Reason.SENT_BACK), What.SSO_RETURN: "http-400"},
    ),
    "cookie-secure-on-plain-http": (
        "SESSION_COOKIE_SECURE = True",
        {**dict.fromkeys(SIGN_INS, Reason.SENT_BACK), What.SSO_RETURN: "http-400"},
    ),
    "serializer-gone": ("SESSION_SERIALIZER = 'gone.Serializer'", dict.fromkeys(ALL, "http-500")),
    "engine-changed": (
        "SESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'",
        {What.EXISTING_SESSION: Reason.SENT_BACK},
    ),
    "form-cookie-renamed": ("CSRF_COOKIE_NAME = 'form'", {What.OPEN_FORM: Reason.CSRF_REFUSED}),
    "backends-without-passwords": (
        "AUTHENTICATION_BACKENDS = ['django.contrib.auth.backends.RemoteUserBackend']",
        {
            What.EXISTING_SESSION: Reason.SENT_BACK,
            **dict.fromkeys(SIGN_INS, Reason.WRONG_PASSWORD),
            What.SSO_RETURN: Reason.SENT_BACK,
        },
    ),
    "cookie-strict": ("SESSION_COOKIE_SAMESITE = 'Strict'", {What.SSO_RETURN: "http-400"}),
    "page-after-sign-in-missing": (
        "LOGIN_REDIRECT_URL = '/gone/'",
        dict.fromkeys((What.SIGN_IN_NO_RETURN, What.STALE_COOKIE_SIGN_IN), "http-404"),
    ),
    "does-not-load": ("import not_there", dict.fromkeys(ALL, Reason.NOT_STARTED)),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_breaks_what_was_measured_and_nothing_else(project: Path, case: str) -> None:
    change, expected = CHANGES[case]
    found = rehearsed(project, change)
    assert {one.probe: one.old for one in found.probes} == dict.fromkeys(ALL, Outcome(Reason.OK))
    assert news(found) == {probe: str(reason) for probe, reason in expected.items()}


@pytest.fixture
def started_here() -> Iterator[None]:
    """Fails if the test leaves a process behind."""
    before = set(psutil.Process().children(recursive=True))
    yield
    started = set(psutil.Process().children(recursive=True)) - before
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []


def test_the_project_is_not_touched_and_nothing_is_left_behind(
    tmp_path: Path, started_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    project = make(tmp_path / "project")
    name = candidate(project, "SECRET_KEY = 'another'")
    before = fingerprint(project)
    plan = Plan(Target("django", "site_of_test.settings", project), Target("django", name, project), PAGES)
    rehearse(plan)
    assert fingerprint(project) == before
    assert list(place.iterdir()) == []


HTTPS = """
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", *MIDDLEWARE]
"""


def test_a_site_on_https_is_rehearsed_behind_a_proxy_that_ends_tls(project: Path) -> None:
    old = Target("django", candidate(project, HTTPS, "secure"), project)
    new = Target("django", candidate(project, HTTPS + "SECURE_PROXY_SSL_HEADER = None", "unproxied"), project)
    found = rehearse(Plan(old, new, PAGES))
    assert found.public_url == "https://portal.example.com"
    assert {one.probe: one.old for one in found.probes} == dict.fromkeys(ALL, Outcome(Reason.OK))
    assert set(news(found).values()) == {Reason.LOOP}


def test_a_site_that_lists_its_own_origin_does_without_a_server_that_trusts_the_proxy(project: Path) -> None:
    listed = HTTPS + (
        "SECURE_PROXY_SSL_HEADER = None; SECURE_SSL_REDIRECT = False\n"
        "CSRF_TRUSTED_ORIGINS = ['https://portal.example.com']\n"
    )
    old = Target("django", candidate(project, listed, "listed"), project)
    new = Target("django", candidate(project, listed + "CSRF_TRUSTED_ORIGINS = []", "unlisted"), project)
    found = news(rehearse(Plan(old, new, Pages("/account/"))))
    assert found == dict.fromkeys(SIGN_INS, Reason.CSRF_REFUSED)


def test_a_site_that_reads_its_name_from_the_proxy_is_asked_by_another(project: Path) -> None:
    # CommonMiddleware looks at the name in every request.
    common = 'MIDDLEWARE = ["django.middleware.common.CommonMiddleware", *MIDDLEWARE]\n'
    renamed = HTTPS + common + "USE_X_FORWARDED_HOST = True\n"
    old = Target("django", candidate(project, renamed, "renamed"), project)
    new = Target("django", candidate(project, renamed + "USE_X_FORWARDED_HOST = False", "inner"), project)
    found = rehearse(Plan(old, new, PAGES))
    assert {one.probe: one.old for one in found.probes} == dict.fromkeys(ALL, Outcome(Reason.OK))
    assert news(found) == dict.fromkeys(ALL, "http-400")


def test_a_return_from_the_provider_by_post_needs_a_cookie_for_other_sites(project: Path) -> None:
    by_post = Pages("/account/", "", "/sso/?post")
    none = HTTPS + "SESSION_COOKIE_SAMESITE = 'None'"
    old = Target("django", candidate(project, none, "cross"), project)
    new = Target("django", candidate(project, HTTPS, "lax"), project)
    assert news(rehearse(Plan(old, new, by_post))) == {What.SSO_RETURN: "http-400"}


def test_a_rotated_key_tells_of_the_second_tab(project: Path) -> None:
    found = rehearsed(project, "SECRET_KEY_FALLBACKS = [SECRET_KEY]; SECRET_KEY = 'another'")
    assert found.is_fine
    assert "second tab" in found.probes[0].new.note


def test_a_public_url_that_is_none_is_wrong_use(project: Path) -> None:
    with pytest.raises(InputInvalid, match="public-url"):
        rehearsed(project, "X = 1", url="portal.example.com")
