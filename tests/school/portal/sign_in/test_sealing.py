"""Tokens in the session: sealed, and opened again only by those who hold a key."""

import pytest

from school.portal.sign_in.sealing import SealBroken, Sealer, Tokens

TOKENS = Tokens(access="access-1", refresh="refresh-1", identity="identity-1")


def test_sealed_tokens_open_again() -> None:
    sealer = Sealer(["first"])
    assert sealer.open(sealer.seal(TOKENS)) == TOKENS


def test_the_sealed_text_shows_no_token() -> None:
    assert "access-1" not in Sealer(["first"]).seal(TOKENS)


def test_an_earlier_key_still_opens() -> None:
    assert Sealer(["second", "first"]).open(Sealer(["first"]).seal(TOKENS)) == TOKENS


@pytest.mark.parametrize("sealed", ["", "not sealed at all", Sealer(["other"]).seal(TOKENS)])
def test_what_no_key_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(SealBroken):
        Sealer(["first"]).open(sealed)
