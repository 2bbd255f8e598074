"""The command `dematfin`."""

import gc
import os
import sys
from typing import Final

from dematfin.cli.families import FAMILIES, called
from dematfin.cli.front import answer
from dematfin.demo.families import DEMO

OBJECTS_BEFORE_A_SEARCH: Final = 50_000
"""A command loads a thousand modules, of which nothing is ever to be thrown away: searching them all again and again
for what nobody uses is a sixth of its start."""


STRANGERS: Final = 0o007
"""Rights of whoever is neither the owner nor of the group: what we keep names people, and where money goes."""


def closed_to_strangers() -> None:
    """Have whatever this process and its children make closed to strangers, whatever the mask that it was given."""
    os.umask(os.umask(STRANGERS) | STRANGERS)


def main() -> None:
    """Run the program; what calls no command is answered at once, and a command loads its own family only."""
    closed_to_strangers()
    gc.set_threshold(OBJECTS_BEFORE_A_SEARCH)
    words = sys.argv[1:]
    families = (*FAMILIES, *DEMO)
    code = answer(words, families)
    if code is None:
        from dematfin.cli.main import program, run  # noqa: PLC0415 - ten times longer to load than what is above

        code = run(program(called(words, families)), words)
    sys.exit(code)


if __name__ == "__main__":
    main()
