"""The command `dematfin`."""

import sys


def main() -> None:
    """Run the program."""
    from dematfin.cli.main import program, run  # noqa: PLC0415 - the French words come before the library
    from dematfin.demo.commands import register  # noqa: PLC0415 - idem

    app = program()
    register(app)
    sys.exit(run(app))


if __name__ == "__main__":
    main()
