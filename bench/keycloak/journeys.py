"""What people and clients of the school do with Keycloak. Each journey ends well or raises Broken.

Clients know of no change: they ask, prove themselves and check tokens as they did.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from bench.keycloak.people import APP, OLD_PAGE, PORTAL, Broken, answer_of, form_of, tokens, verified
from bench.keycloak.world import World, library_name

_LETTER_S = 3
_COUNTED_S = 5
_LOCKED_S = 1


def _silently(world: World, key: str) -> None:
    visit = world.visits[key]
    answer_of(visit.browser.open(world.request(visit.client, prompt="none")), visit.client)


def session(world: World) -> None:
    """Whoever is signed in comes from the portal once more."""
    _silently(world, "session")


def remembered(world: World) -> None:
    """Whoever asked to be remembered comes again, with a browser that was closed."""
    world.visits["remembered"].browser.close()
    _silently(world, "remembered")


def renewal(world: World) -> None:
    """The portal renews its tokens."""
    world.renew("renewal")


def silent_app(world: World) -> None:
    """The app asks silently whether its person is still signed in."""
    _silently(world, "app")


def app_renewal(world: World) -> None:
    """The app renews twice with one token, as two tabs do."""
    visit = world.visits["app"]
    first = dict(visit.tokens)
    world.renew("app")
    visit.tokens = {**visit.tokens, "refresh_token": first["refresh_token"]}
    world.renew("app")


def offline(world: World) -> None:
    """A phone renews by its offline token."""
    world.renew("offline")


def old_token(world: World) -> None:
    """A token from before is shown to the files and to Keycloak."""
    token = world.visits["session"].tokens["access_token"]
    verified(world.realm, token)
    _user(world, token)


def _user(world: World, token: object) -> None:
    head = {"Authorization": f"Bearer {token}"}
    got = httpx.get(f"{world.realm}/protocol/openid-connect/userinfo", headers=head, timeout=60)
    if got.is_error:
        raise Broken(f"is not known by the token: {got.status_code}")


def open_form(world: World) -> None:
    """A form that was opened before is sent."""
    assert world.form is not None
    browser, page = world.form
    answer_of(browser.sign_in(page, "alice", "of-alice-Long1"), PORTAL)


def portal(world: World) -> None:
    """Alice signs in to the portal, is known by the same subject, and has her groups and roles."""
    visit = world.enter(PORTAL, "alice")
    claims = verified(world.realm, visit.tokens["id_token"])
    access = verified(world.realm, visit.tokens["access_token"], "files")
    if "pupils" not in claims.get("groups", ()):  # type: ignore[operator]
        raise Broken("has no groups")
    if "pupil" not in access.get("roles", ()):  # type: ignore[operator]
        raise Broken("has no roles")
    if "sub" not in access:
        raise Broken("is nobody to the files: no sub in the access token")
    if claims["sub"] != world.known["alice"]:
        raise Broken("is taken for another person")
    _user(world, visit.tokens["access_token"])


def app(world: World) -> None:
    """Alice signs in to the app in the browser."""
    visit = world.enter(APP, "alice")
    if "refresh_token" not in visit.tokens:
        raise Broken("gets no refresh token")


def phone(world: World) -> None:
    """Alice signs in to the app on a phone, which asks for an offline token."""
    world.enter(APP, "alice", scope="openid offline_access")


def framed(world: World) -> None:
    """The app shows the form of sign-in in a frame."""
    head = world.browser().open(world.request(APP)).headers
    policy = re.search(r"frame-ancestors([^;]*)", head.get("content-security-policy", ""))
    if policy and APP.origin not in policy[1].split():
        raise Broken("sees an empty frame (frame-ancestors)")
    if not policy and head.get("x-frame-options", "").upper() in ("DENY", "SAMEORIGIN"):
        raise Broken("sees an empty frame (X-Frame-Options)")


def old_page(world: World) -> None:
    """Alice signs in to the page that uses the implicit flow."""
    browser = world.browser()
    answer_of(browser.sign_in(browser.open(world.request(OLD_PAGE)), "alice", "of-alice-Long1"), OLD_PAGE)


def tool(world: World) -> None:
    """A tool asks for the password itself."""
    form = {"grant_type": "password", "client_id": "tool", "username": "alice", "password": "of-alice-Long1"}
    tokens(world.realm, form)


def robot(world: World) -> None:
    """A robot signs in as itself."""
    tokens(world.realm, {"grant_type": "client_credentials", "client_id": "robot", "client_secret": "of-the-robot"})


def remembers(world: World) -> None:
    """Alice asks to be remembered, closes her browser and comes back."""
    visit = world.enter(PORTAL, "alice", remember=True)
    visit.browser.close()
    answer_of(visit.browser.open(world.request(PORTAL, prompt="none")), PORTAL)


def mail_name(world: World) -> None:
    """Alice types her mail address."""
    world.enter(APP, "alice@school.example", "of-alice-Long1")


def unverified(world: World) -> None:
    """Bela, whose address is not verified, signs in."""
    world.enter(APP, "bela")


def typos(world: World) -> None:
    """Dora types a wrong password three times and then the right one."""
    browser = world.browser()
    page = browser.open(world.request(APP))
    for _ in range(3):
        page = browser.sign_in(page, "dora", "of-dora-Lnog1", is_right=False)
    _wait_for_count(world, "dora", 3)
    answer_of(browser.sign_in(page, "dora", "of-dora-Long1"), APP)


def _wait_for_count(world: World, name: str, mistakes: int) -> None:
    """Keycloak counts mistakes a moment after its answer, and locks a moment after that; people type no faster."""
    realm = f"/{world.realm.rpartition('/')[2]}"
    person = world.server.ask("GET", f"{realm}/users?username={name}&exact=true").json()[0]["id"]
    until = time.monotonic() + _COUNTED_S
    while time.monotonic() < until:
        told = world.server.ask("GET", f"{realm}/attack-detection/brute-force/users/{person}").json()
        if told["disabled"] or told["numFailures"] >= mistakes:
            break
        time.sleep(0.1)
    time.sleep(_LOCKED_S)


def old_password(world: World) -> None:
    """Olga signs in with a password of 2020."""
    world.enter(APP, "olga")


def new_password(world: World) -> None:
    """Tom must set a new password on the way in."""
    browser = world.browser()
    page = browser.open(world.request(APP))
    time.sleep(world.pause_s)
    page = browser.sign_in(page, "tom", "of-tom-Long1")
    time.sleep(world.pause_s)
    new = "of-tom-Much-Longer-2"
    answer_of(browser.open(form_of(page), {"password-new": new, "password-confirm": new}), APP)


def newcomer(world: World) -> None:
    """A new account is made, and its person signs in."""
    name = f"nora{len(world.known)}"
    more = {"enabled": True, "email": f"{name}@school.example", "firstName": "Nora", "lastName": "Example"}
    secret = [{"type": "password", "value": f"of-{name}-Long-Enough1"}]
    realm = world.realm.rpartition("/")[2]
    world.server.ask(
        "POST", f"/{realm}/users", {"username": name, **more, "emailVerified": True, "credentials": secret}
    )
    world.known[name] = True
    world.enter(APP, name, f"of-{name}-Long-Enough1")


def forgotten(world: World) -> None:
    """Alice forgot her password and gets a mail."""
    world.mail.letters.clear()
    browser = world.browser()
    page = browser.open(world.request(PORTAL))
    link = re.search(r'href="([^"]*reset-credentials[^"]*)"', page.text)
    if link is None:
        raise Broken("finds no link for a forgotten password")
    page = browser.open(f"{world.server.base}{link[1].replace('&amp;', '&')}")
    browser.open(form_of(page), {"username": "alice"})
    if not world.mail.has_letter_for("alice@school.example", _LETTER_S):
        raise Broken("gets no mail")


def by_town(world: World) -> None:
    """Theo signs in by the town's provider."""
    browser = world.browser()
    page = browser.open(world.request(APP))
    link = re.search(r'href="([^"]*broker/town/login[^"]*)"', page.text)
    if link is None:
        raise Broken("finds no way to the town's provider")
    page = browser.open(f"{world.server.base}{link[1].replace('&amp;', '&')}")
    answer_of(browser.sign_in(page, "theo", "of-theo-Long1"), APP)


def library(world: World) -> None:
    """Alice signs in to the library (SAML) and is known by the same name."""
    if library_name(world) != world.known["library"]:
        raise Broken("is taken for another person")


def teacher(world: World) -> None:
    """Tess, whom the directory knows, signs in and is known by the same subject."""
    claims = verified(world.realm, world.enter(APP, "tess").tokens["id_token"])
    if claims["sub"] != world.known["tess"]:
        raise Broken("is taken for another person")


def new_teacher(world: World) -> None:
    """Tina, whom only the directory knows so far, signs in."""
    world.enter(APP, "tina")


def sign_out(world: World) -> None:
    """Alice signs out of the portal and comes back to its farewell."""
    visit = world.visits["sign-out"]
    target = "https://portal.school.example/bye"
    asked = f"id_token_hint={visit.tokens['id_token']}&post_logout_redirect_uri={quote(target, safe='')}"
    page = visit.browser.open(f"{world.realm}/protocol/openid-connect/logout?{asked}")
    if not page.headers.get("location", "").startswith(target):
        raise Broken("is not sent back")
    if "error" in parse_qs(urlsplit(page.headers["location"]).query):
        raise Broken("is sent back with an error")


Journey = Callable[[World], None]
OF_THE_PAST: tuple[Journey, ...] = (
    session, remembered, renewal, silent_app, app_renewal, offline, old_token, open_form, sign_out,
)  # fmt: skip
OF_TODAY: tuple[Journey, ...] = (
    portal, app, phone, framed, old_page, tool, robot, remembers, mail_name, unverified, typos, old_password,
    new_password, newcomer, forgotten, by_town, library,
)  # fmt: skip
OF_THE_DIRECTORY: tuple[Journey, ...] = (teacher, new_teacher)
