"""The command `dematfin`."""

import sys

from dematfin.cli.families import FAMILIES, called
from dematfin.cli.front import answer
from dematfin.demo.families import DEMO


def main() -> None:
    """Run the program; what calls no command is answered at once, and a command loads its own family only."""
    words = sys.argv[1:]
    families = (*FAMILIES, *DEMO)
    code = answer(words, families)
    if code is None:
        from dematfin.cli.main import program, run  # noqa: PLC0415 - ten times longer to load than what is above

        code = run(program(called(words, families)), words)
    sys.exit(code)


if __name__ == "__main__":
    main()
