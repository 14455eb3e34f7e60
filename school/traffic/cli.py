"""The command line of the traffic: `python -m school traffic DIR ...`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from school.config import ConfigInvalid
from school.traffic.arrivals import Shape
from school.traffic.crowd import Tempo
from school.traffic.run import SiteUnreachable, Wishes, run

_EXAMPLE = """\
examples:
  python -m school traffic site --per-min 60 --seconds 60
  python -m school traffic site --per-min 20 --seconds 3600 --shape school-day --record truth.jsonl

Progress goes to standard error, a summary in JSON to standard output. SIGTERM and Ctrl-C end the run in order, with a
roll call of everybody who still holds a session.
"""


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 after a run, 2 for wrong use or settings, 3 when the site does not answer."""
    chosen = _parser().parse_args(arguments)
    wishes = Wishes(
        site=chosen.site,
        tempo=Tempo(chosen.per_min, chosen.seconds, chosen.shape),
        record=chosen.record,
        time_scale=chosen.time_scale,
        shared_exit_share=chosen.shared_exit_share,
        seed=chosen.seed,
        trusted=chosen.trust,
    )
    try:
        outcome = asyncio.run(run(wishes))
    except (ConfigInvalid, FileNotFoundError) as error:
        print(f"traffic: {error}", file=sys.stderr)
        return 2
    except SiteUnreachable as error:
        print(f"traffic: {error}", file=sys.stderr)
        return 3
    print(json.dumps(asdict(outcome), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m school traffic",
        description="Lets the people of a site sign in, work, leave and return, as real browsers would.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("site", type=Path, metavar="DIR", help="a site that is being served")
    parser.add_argument("--per-min", type=_positive, default=60.0, metavar="N", help="sign-ins a minute (60)")
    parser.add_argument("--seconds", type=_positive, default=60.0, metavar="S", help="length of the run (60)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="append what really happened, as JSON lines")
    parser.add_argument("--shape", type=Shape, choices=list(Shape), default=Shape.FLAT, help="of the day (flat)")
    parser.add_argument(
        "--time-scale",
        type=_positive,
        default=1.0,
        metavar="F",
        help="factor on people's pauses; 0.1: ten times faster",
    )
    parser.add_argument(
        "--shared-exit-share", type=_share, default=0.45, metavar="P", help="people behind the shared exit (0.45)"
    )
    parser.add_argument("--trust", type=Path, metavar="FILE", help="believe only certificates signed by these (PEM)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all chances (1)")
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return number
