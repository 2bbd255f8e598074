"""Numbers with a key that are printed on an invoice: SIRET, French VAT number, IBAN.

Recognition takes letters for digits and puts spaces anywhere: both are mended only where a key proves it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from dematfin.domain.parties import iban, siret

DIGIT: Final = "[0-9OoIl]"
LETTERS: Final = str.maketrans("OoIl", "0011")
GAP: Final = "[ .-]?"
MOST: Final = 500
"""Numbers of one kind that are looked at."""
NEAR: Final = 30
"""Characters before a number among which its label stands."""
LABELLED_SIRET: Final = re.compile(r"\bs\.?i\.?r\.?e\.?[tn]\b|\bsirt\b|\bsir3t\b", re.IGNORECASE)
SIRET: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:{DIGIT}{{14}}|{DIGIT}{{9}} {DIGIT}{{5}}|{DIGIT}{{3}}{GAP}{DIGIT}{{3}}{GAP}{DIGIT}{{3}}{GAP}"
    rf"{DIGIT}{{5}})(?![0-9A-Za-z])"
)
LOOSE_SIRET: Final = re.compile(
    rf"\bsiret[^0-9\n]{{0,20}}({DIGIT}(?:{GAP}{DIGIT}){{13}})(?![0-9A-Za-z])", re.IGNORECASE
)
VAT_NUMBER: Final = re.compile(rf"\bFR{GAP}({DIGIT}{GAP}{DIGIT}(?:{GAP}{DIGIT}){{9}})(?![0-9A-Za-z])")
IBAN_START: Final = re.compile(rf"(?<![0-9A-Za-z])([A-Z]{{2}}) ?({DIGIT}{{2}})(?=[ .-]?[0-9A-Z])")
IBAN_REST: Final = re.compile(r"(?:[ .-]?[0-9A-Za-z]){10,32}")
LENGTHS: Final = {"FR": 27, "MC": 27, "BE": 16, "CH": 21, "DE": 22, "ES": 24, "GB": 22, "IE": 22, "IT": 27, "LU": 20,
                  "NL": 18, "PT": 25, "AT": 20, "PL": 28}  # fmt: skip
"""Characters of an IBAN, for the neighbours of France (ISO 13616 register)."""
FRENCH_DIGITS: Final = (slice(2, 14), slice(25, 27))
"""Places of a French IBAN that hold digits only: its key, the bank and the desk, the key of the RIB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A SIRET as it stands on the page; `labelled`: the word SIRET or SIREN stands before it."""

    siret: str
    labelled: bool


def sirets(lines: Sequence[str]) -> tuple[Printed, ...]:
    """Return the SIRETs whose key is right, once each."""
    found: dict[str, bool] = {}
    printed = (one for line in lines for one in _sirets(line))
    for number, is_labelled in islice(printed, MOST):
        if siret.is_valid(number):
            found[number] = found.get(number, False) or is_labelled
    return tuple(Printed(siret=number, labelled=is_labelled) for number, is_labelled in found.items())


def vat_sirens(lines: Sequence[str]) -> frozenset[str]:
    """Return the firms behind the French VAT numbers whose key is right (CGI, annexe III, art. 5).

    >>> vat_sirens(["TVA intracom. : FR 87 910 987 65O"])
    frozenset({'910987650'})
    """
    numbers = (_digits(found[1]) for line in lines for found in VAT_NUMBER.finditer(line))
    return frozenset(number[2:] for number in numbers if vat_key(number[2:]) == number[:2])


def vat_key(siren: str) -> str:
    """Return the two digits that come before a SIREN in a VAT number.

    >>> vat_key("732829320")
    '44'
    """
    return f"{(12 + 3 * (int(siren) % 97)) % 97:02d}"


def ibans(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the accounts whose key is right, once each.

    >>> ibans(["IBAN FR76 1999 9000 17O0 0987 6543 276 BIC AGRIFRPP"])
    ('FR7619999000170009876543276',)
    """
    starts = (start for line in lines for start in IBAN_START.finditer(line))
    return tuple(dict.fromkeys(number for start in islice(starts, MOST) for number in _ibans(start)))


def _sirets(line: str) -> Iterator[tuple[str, bool]]:
    for found in SIRET.finditer(line):
        before = line[max(0, found.start() - NEAR) : found.start()]
        number, is_labelled = _digits(found[0]), bool(LABELLED_SIRET.search(before))
        if is_labelled or number == re.sub(GAP, "", found[0]):
            yield number, is_labelled
    for found in LOOSE_SIRET.finditer(line):
        yield _digits(found[1]), True


def _ibans(start: re.Match[str]) -> Iterator[str]:
    """Yield the account that begins here, as it is printed or with the letters that its key makes digits."""
    rest = IBAN_REST.match(start.string, start.end())
    length = LENGTHS.get(start[1])
    if rest is None or length is None:
        return
    printed = (start[1] + start[2] + re.sub(r"[^0-9A-Za-z]", "", rest[0]))[:length]
    for number in (_digits_in_their_places(printed), printed[:2] + _digits(printed[2:])):
        try:
            yield iban.parse(number)
        except iban.InvalidIban:
            continue
        return


def _digits_in_their_places(number: str) -> str:
    if number[:2] not in {"FR", "MC"}:
        return number[:2] + number[2:4].translate(LETTERS) + number[4:]
    first, last = (number[place].translate(LETTERS) for place in FRENCH_DIGITS)
    return number[:2] + first + number[14:25] + last


def _digits(text: str) -> str:
    return re.sub(r"[ .-]", "", text).translate(LETTERS)
