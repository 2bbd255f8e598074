"""One line of a diagnosis: what was looked at, what was found, what to do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dematfin.errors import ConfigError, DematfinError

TO_SEE: Final = 1
"""Exit code of what a person should look at; of what is wrong, that of its error."""


class Verdict(StrEnum):
    """How it was found."""

    GOOD = "bon"
    LOOK = "à voir"
    BAD = "mauvais"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a check says.

    Attributes:
        remedy: a sentence; empty when all is well, or when `found` says it already.
        detail: shown on the screen only: it may name a person or a supplier.
        code: exit code that it deserves.
    """

    subject: str
    verdict: Verdict
    found: str
    remedy: str = ""
    detail: str = ""
    code: int = 0


def good(subject: str, found: str) -> Line:
    """Return what is as it should be."""
    return Line(subject=subject, verdict=Verdict.GOOD, found=found)


def look(subject: str, found: str, remedy: str, detail: str = "") -> Line:
    """Return what a person should look at."""
    return Line(subject=subject, verdict=Verdict.LOOK, found=found, remedy=remedy, detail=detail, code=TO_SEE)


def bad(subject: str, found: str, remedy: str, code: int = ConfigError.exit_code, detail: str = "") -> Line:
    """Return what is wrong."""
    return Line(subject=subject, verdict=Verdict.BAD, found=found, remedy=remedy, detail=detail, code=code)


def failed(subject: str, error: DematfinError) -> Line:
    """Return what an error says, remedy included."""
    return Line(subject=subject, verdict=Verdict.BAD, found=str(error), code=error.exit_code)
