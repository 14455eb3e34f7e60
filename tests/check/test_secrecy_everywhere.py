"""A property: canaries in a file of every kind, whole or damaged at any place, come out in no output whatever."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from doorward import check
from doorward.check import baseline as baselines
from doorward.check.formats_sarif import Aside
from doorward.check.service_run import Subject, checked, tells
from doorward.check.suppressions import Suppressed, Suppression
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.model.fact import Where
from doorward.systems import Target
from tests.check.canaries import TEMPLATES, Template

# Signs that keys, passwords and tokens are written in, and that stand for themselves in every one of the formats.
SIGNS = string.ascii_letters + string.digits + "+/_-.="
# Drawn sign by sign: a text drawn whole may be one of the words of the program.
CANARIES = (
    st.lists(st.sampled_from(SIGNS), min_size=14, max_size=40)
    .map("".join)
    .filter(lambda one: one[0].isalpha() and one[-1].isalnum() and len(set(one)) > 9)
)
# Part of a secret is a secret: as many signs as no two texts share by chance.
PIECE = 9
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def leaks(told: str, *canaries: str) -> list[str]:
    """Pieces of the canaries that came out, in whatever case."""
    folded = told.casefold()
    forms = {form.casefold() for one in canaries for form in (one, quote(one, safe=""))}
    pieces = {one[at : at + PIECE] for one in forms for at in range(len(one) - PIECE + 1)}
    return sorted(piece for piece in pieces if piece in folded)


def outputs(old: Configuration, new: Configuration, target: Target, folder: Path) -> str:
    """Everything that can be said of the change, in every format, with a baseline and with suppressions."""
    whole = checked([Subject(target, new, old, (folder,))], NOW)
    known = baselines.of(whole.findings, tells())
    baselines.write(folder / "baseline.json", known)
    by = Suppression("X-1", date(2027, 1, 1), "a reason", Where("a", 1))
    hidden = tuple(Suppressed(one, by) for one in whole.findings)
    aside = Aside(hidden, whole.findings, whole.aside.ends, True, whole.aside.sessions)
    told = [check.render(whole.findings, (target,), form, whole.aside) for form in check.FORMATS]
    told += [check.render((), (target,), form, aside) for form in check.FORMATS]
    told += [(folder / "baseline.json").read_text(), repr(new), repr(new.document), repr(check.differences(old, new))]
    return "\n".join(told)


def damaged(text: str, at: float, damage: str) -> str:
    """The text with a sign put in, or with one taken out, or with its end cut off."""
    place = int(at * len(text))
    if damage == "cut":
        return text[:place]
    return text[:place] + text[place + 1 :] if damage == "out" else text[:place] + damage + text[place:]


DAMAGES = st.sampled_from(["cut", "out", "'", '"', "{", "}", "[", "]", ":", "=", ",", "\n", "\t", "\\", "#", ";", "\0"])
EVERY_KIND = pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: f"{one.kind}-{one.name}")


def _as_often(template: Template, examples: int) -> settings:
    """As many examples, the same in each run, and fewer where a reader starts a process; none is made smaller."""
    few = examples // 8 if template.kind == "school" else examples
    phases = (Phase.explicit, Phase.generate)
    return settings(max_examples=few, deadline=None, phases=phases, database=None, derandomize=True)


@EVERY_KIND
def test_no_secret_of_a_whole_file_comes_out(tmp_path: Path, template: Template) -> None:
    target = Target(template.kind, template.name, tmp_path)

    @_as_often(template, 10)
    @given(CANARIES, CANARIES)
    def holds(before: str, after: str) -> None:
        (tmp_path / template.name).write_text(template.new(after))
        new = check.read(target)
        (tmp_path / template.name).write_text(template.old(before))
        assert leaks(outputs(check.read(target), new, target, tmp_path), before, after) == []

    holds()


@EVERY_KIND
def test_no_secret_of_a_damaged_file_comes_out(tmp_path: Path, template: Template) -> None:
    target = Target(template.kind, template.name, tmp_path)

    @_as_often(template, 50)
    @given(CANARIES, st.floats(0, 1, exclude_max=True), DAMAGES)
    def holds(canary: str, at: float, damage: str) -> None:
        text = damaged(template.old(canary), at, damage)
        (tmp_path / template.name).write_text(text)
        try:
            new = check.read(target)
            told = check.render(check.findings(new), (target,), "json") + repr(new) + repr(new.document)
        except InputInvalid as error:
            told = f"{error}\n{error.problems!r}"
        assert leaks(told, canary) == [], text

    holds()
