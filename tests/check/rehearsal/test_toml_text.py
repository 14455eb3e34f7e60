"""A document written as TOML reads as what it was."""

from __future__ import annotations

import tomllib

import pytest

from doorward.check.rehearsal.toml_text import text
from tests.check.rehearsal.school_site import auth_text, portal_text

ODD = 'a = "q\\" \\\\ \\u007f é"\nb = [1, 2.5, true]\nc = [{ x = 1 }, { x = [] }]\nwhen = 2026-01-02\n"odd key" = {}\n'


@pytest.mark.parametrize("written", [auth_text(), portal_text(), ODD, ""])
def test_a_document_means_the_same_when_it_is_written_again(written: str) -> None:
    document = tomllib.loads(written)
    assert tomllib.loads(text(document)) == document
