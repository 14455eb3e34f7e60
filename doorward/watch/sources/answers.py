"""Questions over HTTP with bounds: JSON out, JSON in, at most so long and so much.

In: an address, the token's header, a CA. Out: the answer parsed; Away when there is none; TooLarge when it is too long.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec

from doorward.watch.sources.patience import Away

TIMEOUT_S = 15.0
# Held as bytes and as objects: about 100 MB at worst.
MOST_ANSWER_BYTES = 16 * 1024 * 1024


class TooLarge(Exception):
    """The answer is longer than is held: ask for less."""


class Refused(Away):
    """An answer 4xx but 429: the question itself, or who asks, is wrong."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(what)
        self.status = status


class Answers:
    """Who is asked. Not thread-safe. Raises OSError, ssl.SSLError for a CA file that cannot be read."""

    def __init__(self, address: str, headers: Mapping[str, str], ca_file: Path | None = None) -> None:
        self._client = httpx.Client(
            base_url=address.rstrip("/"),
            headers={"Accept": "application/json", "User-Agent": "doorward", **headers},
            timeout=TIMEOUT_S,
            verify=ssl.create_default_context(cafile=ca_file) if address.startswith("https:") else True,
            # A redirect would carry the token elsewhere.
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Ask no more."""
        self._client.close()

    def get(self, path: str, parameters: Mapping[str, str]) -> object:
        """The answer to a GET. Raises Away, Refused, TooLarge."""
        return self._answer("GET", path, parameters, None)

    def post(self, path: str, parameters: Mapping[str, str], body: object) -> object:
        """The answer to a POST of JSON. Raises Away, Refused, TooLarge."""
        return self._answer("POST", path, parameters, msgspec.json.encode(body))

    def _answer(self, method: str, path: str, parameters: Mapping[str, str], body: bytes | None) -> object:
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            with self._client.stream(method, path, params=dict(parameters), content=body, headers=headers) as response:
                _whole(response)
                return msgspec.json.decode(_content(response))
        except httpx.HTTPError as error:
            raise Away(f"does not answer: {type(error).__name__}") from error
        except msgspec.DecodeError as error:
            raise Away("does not answer in JSON") from error


def _content(response: httpx.Response) -> bytes:
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > MOST_ANSWER_BYTES:
            raise TooLarge
    return bytes(content)


def _whole(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    after = response.headers.get("retry-after", "")
    if status == 429 or status >= 500:
        raise Away(f"answers {status}", float(after) if after.isdigit() and len(after) < 6 else 0.0)
    raise Refused(f"refuses: answers {status}", status)
