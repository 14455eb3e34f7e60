"""`python -m school.traffic DIR ...`, the same as `python -m school traffic DIR ...`."""

import sys

from school.traffic.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
