"""A second client of the provider, somebody else's application: `python -m bench.faults.library SITE --per-min N`.

Its people sign in by the code flow, and the application exchanges the code. How it does so stands in `library.json` of
the site, read anew at each sign-in: what is wrong in there is wrong in that application alone.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import httpx

from bench.faults.standing import LIBRARY_CALLBACK
from school.auth.config import AuthConfig
from school.config import load

WAYS = "library.json"
TRUTH = "library.jsonl"
"""How each of its sign-ins went, for the bench alone."""
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_NEXT = re.compile(r'name="next" value="([^"]*)"')
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


def main() -> None:
    """Let people sign in until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--per-min", type=float, default=30.0)
    parser.add_argument("--at-once", type=int, default=8)
    asked = parser.parse_args()
    config = load(asked.site / "auth.toml", AuthConfig)
    people = [one for one in json.loads((asked.site / "secrets/people.json").read_text()) if not one.get("monitor")]
    chance = Random(3)
    with ThreadPoolExecutor(asked.at_once) as pool:
        while True:
            one = chance.choice(people)
            address = f"198.51.100.{chance.randrange(1, 250)}"
            pool.submit(_sign_in, asked.site, config.service.public_url, one["username"], one["password"], address)
            threading.Event().wait(chance.expovariate(asked.per_min / 60))


def _sign_in(site: Path, provider: str, name: str, password: str, address: str) -> None:
    ways = site / WAYS
    said: dict[str, str] = json.loads(ways.read_text()) if ways.exists() else {}
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": said.get("response_type", "code"),
        "client_id": said.get("client_id", "library"),
        "scope": said.get("scope", "openid"),
        "state": secrets.token_urlsafe(12),
        "redirect_uri": said.get("redirect_uri", LIBRARY_CALLBACK),
        "code_challenge_method": said.get("code_challenge_method", "S256"),
        "code_challenge": challenge,
    }
    if said.get("without_pkce"):
        del asked["code_challenge"], asked["code_challenge_method"]
    is_in = False
    headers = {"User-Agent": _AGENT, "X-Forwarded-For": address}
    try:
        with httpx.Client(base_url=provider, headers=headers, timeout=15, trust_env=False) as browser:
            code = _code(browser, asked, name, password)
            if code:
                back = said.get("redirect_uri_again", LIBRARY_CALLBACK)
                exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
                exchange["code_verifier"] = said.get("code_verifier", verifier)
                secret = said.get("secret") or (site / "secrets/library-secret").read_text().strip()
                time.sleep(float(said.get("wait_s", "0")))
                for _ in range(int(said.get("times", "1"))):
                    is_in = _redeem(provider, exchange, secret)
    except httpx.HTTPError:
        is_in = False
    with (site / TRUTH).open("a") as file:
        file.write(json.dumps({"time": datetime.now(UTC).isoformat(), "ok": is_in}) + "\n")


def _redeem(provider: str, exchange: Mapping[str, str], secret: str) -> bool:
    """The code for tokens."""
    url = f"{provider}/o/token/"
    return httpx.post(url, data=exchange, auth=("library", secret), timeout=15, trust_env=False).is_success


def _code(browser: httpx.Client, asked: dict[str, str], name: str, password: str) -> str | None:
    """By the provider's pages; None where they lead elsewhere."""
    answer = browser.get("/o/authorize/", params=asked)
    for _ in range(6):
        location = answer.headers.get("location", "")
        if location.startswith(LIBRARY_CALLBACK):
            return parse_qs(urlsplit(location).query).get("code", [None])[0]
        if location:
            answer = browser.get(location)
            continue
        token, back = _TOKEN.search(answer.text), _NEXT.search(answer.text)
        if not token:
            return None
        typed = {"username": name, "password": password, "csrfmiddlewaretoken": token[1]}
        typed["next"] = back[1].replace("&amp;", "&") if back else ""
        answer = browser.post(str(answer.url), data=typed)
    return None


if __name__ == "__main__":
    main()
