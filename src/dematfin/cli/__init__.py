"""Commands, in French, for people who are not programmers."""

import dematfin.cli.words  # noqa: F401 - they must be there before any module imports the library
