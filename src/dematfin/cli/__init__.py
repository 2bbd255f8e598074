"""Commands, in French, for people who are not programmers."""

import dematfin.cli.french  # noqa: F401 - its words must be there before any module imports the library
