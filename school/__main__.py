"""The command line of the school: `python -m school setup|serve|traffic|config`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from school.config import ConfigInvalid, reference
from school.serve import serve_both, serve_one
from school.services import MODELS, Name, Place
from school.setup import Plan, SetupFailed, SetupRefused, setup

_EXAMPLE = """\
a first look:
  python -m school setup site          make a site with 200 people and 12 courses
  python -m school serve site          serve both services; Ctrl-C ends them
  python -m school traffic site --per-min 60 --seconds 60
                                       let its people sign in and work, from a second terminal

Names and passwords of the seeded people stand in site/secrets/people.json.
"""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["traffic"]:
        return _traffic(arguments[1:])
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except (ConfigInvalid, SetupRefused) as error:
        print(error, file=sys.stderr)
        return 2
    except SetupFailed as error:
        print(f"setup failed: {error}", file=sys.stderr)
        return 70


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m school",
        description="A school portal and its authentication service, to be guarded, broken on purpose and tested.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_setup(commands.add_parser("setup", help="make a site: configurations, secrets, databases, people, courses"))
    _add_serve(commands.add_parser("serve", help="serve a site, or one of its services"))
    commands.add_parser("traffic", help="let the people of a site sign in and work (has its own --help)")
    config = commands.add_parser("config", help="print the reference of every key of a configuration")
    config.add_argument("service", type=Name, choices=list(Name), help="auth.toml or portal.toml")
    config.set_defaults(run=_config)
    return parser


def _add_setup(parser: argparse.ArgumentParser) -> None:
    parser.description = "Makes a site in a directory. Only --force replaces one that is there."
    parser.add_argument("site", type=Path, metavar="DIR", help="where the site is to be")
    parser.add_argument("--people", type=_positive, default=200, metavar="N", help="people with an account (200)")
    parser.add_argument("--courses", type=_positive, default=12, metavar="N", help="courses of the portal (12)")
    parser.add_argument("--auth-port", type=int, default=8401, metavar="PORT", help="port of auth (8401)")
    parser.add_argument("--portal-port", type=int, default=8402, metavar="PORT", help="port of the portal (8402)")
    parser.add_argument("--random-seed", type=int, default=1, metavar="N", help="same seed, same people (1)")
    parser.add_argument("--force", action="store_true", help="replace the site that is there")
    parser.set_defaults(run=_setup)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serves both services, or the one that is named. SIGTERM ends them; SIGHUP to a process in DIR/run/*.pid makes"
        " it reload its configuration, or go on as it was if the file is invalid."
    )
    parser.add_argument("site", type=Path, metavar="DIR", help="a site made by setup")
    parser.add_argument("service", type=Name, choices=list(Name), nargs="?", help="only this one")
    parser.set_defaults(run=_serve)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _setup(chosen: argparse.Namespace) -> int:
    site = chosen.site.resolve()
    plan = Plan(site, chosen.people, chosen.courses, chosen.auth_port, chosen.portal_port, chosen.random_seed)
    setup(plan, chosen.force)
    print(f"The site is ready. Serve it: python -m school serve {chosen.site}")
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    site = chosen.site.resolve()
    return serve_both(site) if chosen.service is None else serve_one(Place(site, chosen.service))


def _config(chosen: argparse.Namespace) -> int:
    print(f"# {chosen.service}.toml\n")
    print("Relative paths are relative to the file. Unknown keys are refused.")
    print(reference(MODELS[chosen.service]), end="")
    return 0


def _traffic(arguments: list[str]) -> int:
    from school.traffic import main as traffic  # noqa: PLC0415  # setup and serve need none of what it loads

    return traffic(arguments)


if __name__ == "__main__":
    sys.exit(main())
