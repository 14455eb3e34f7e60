"""How people behave: the chances and pauses of every visit, in one place."""

from dataclasses import dataclass
from random import Random

# Shares of chromium, firefox and safari roughly as at a school.
_AGENTS = (
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", 64),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", 14),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1", 22),
)


@dataclass(frozen=True, slots=True)
class Habits:
    """Chances are per occasion; pauses are means in seconds before `time_scale`."""

    mistype_share: float = 0.08
    sign_out_share: float = 0.3
    return_share: float = 0.5
    stale_share: float = 0.04  # of the cookies that people return with
    portal_share: float = 0.6  # of returns; the others look at their account first
    material_share: float = 0.6
    assignment_share: float = 0.5
    submit_share: float = 0.3
    reading_s: float = 3.0
    typing_s: float = 2.5
    away_s: float = 25.0
    most_tries: int = 3
    time_scale: float = 1.0

    def pause_s(self, mean_s: float, chance: Random) -> float:
        """Between half and one and a half of the mean: people are neither machines nor infinitely slow."""
        return mean_s * self.time_scale * chance.uniform(0.5, 1.5)


def agent(chance: Random) -> str:
    """What a browser calls itself."""
    return chance.choices([name for name, _ in _AGENTS], [weight for _, weight in _AGENTS])[0]
