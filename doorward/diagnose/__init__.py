"""Diagnose: why do people not get in, and what is it not?

In: examinees and what the other stages saw. Out: a Differential over every cause in `causes/`, each with evidence for
and against from tests that were really made. Deterministic: the same observations give the same differential.
It refuses to guess (it says `cannot-tell`), to change anything, and to act: a supported cause licenses, no more.
"""

from doorward.diagnose.causes import causes
from doorward.diagnose.conclusion import differential, rank
from doorward.diagnose.examinee import Address, Examinee
from doorward.diagnose.explanation import explain, summarise
from doorward.diagnose.observations import ConfigTally, Observations, Part, Restart, Suspect, tally
from doorward.diagnose.revision import news
from doorward.diagnose.round import observe
from doorward.diagnose.shape import parts

__all__ = [
    "Address",
    "ConfigTally",
    "Examinee",
    "Observations",
    "Part",
    "Restart",
    "Suspect",
    "causes",
    "differential",
    "explain",
    "news",
    "observe",
    "parts",
    "rank",
    "summarise",
    "tally",
]
