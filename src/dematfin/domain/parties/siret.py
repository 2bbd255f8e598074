"""SIRET: the 14 digits of an establishment, SIREN (9) followed by NIC (5).

Both numbers follow the Luhn rule. The sites of La Poste (SIREN 356000000) do not: the sum of their digits
is a multiple of 5 instead, and their head office follows Luhn, so either test is accepted for it.
"""

from typing import Final, NewType

Siret = NewType("Siret", str)

LENGTH: Final = 14
LA_POSTE: Final = "356000000"


class InvalidSiret(ValueError):
    """Ce numéro SIRET est invalide."""


def compact(text: str) -> str:
    """Strip what people type between the digits."""
    return "".join(text.split()).replace("-", "").replace(".", "")


def parse(text: str) -> Siret:
    """Return the 14 digits, or raise InvalidSiret.

    >>> parse("732 829 320 00074")
    '73282932000074'
    >>> parse("35600000049837")
    '35600000049837'
    >>> parse("73282932000079")
    Traceback (most recent call last):
        ...
    dematfin.domain.parties.siret.InvalidSiret: SIRET invalide (clé fausse) : 73282932000079
    """
    digits = compact(text)
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        message = f"SIRET invalide (14 chiffres attendus) : {text[:30]}"
        raise InvalidSiret(message)
    if not luhn(digits) and not _la_poste(digits):
        message = f"SIRET invalide (clé fausse) : {digits}"
        raise InvalidSiret(message)
    return Siret(digits)


def is_valid(text: str) -> bool:
    """Say whether `text` is a SIRET with a right key."""
    try:
        parse(text)
    except InvalidSiret:
        return False
    return True


def has_key(digits: str) -> bool:
    """Say whether a number of digits (SIREN, FINESS) ends with the key of Luhn.

    >>> has_key("732829320"), has_key("732829321"), has_key("73282932A")
    (True, False, False)
    """
    return digits.isascii() and digits.isdigit() and luhn(digits)


def siren(identifier: str) -> str:
    """Return the firm behind an establishment; an identifier of another kind is the firm itself.

    >>> siren("73282932000074")
    '732829320'
    """
    return identifier[:9] if len(identifier) == LENGTH and identifier.isdigit() else identifier


def luhn(digits: str) -> bool:
    """Say whether digits end with their right key."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - digits


def _la_poste(digits: str) -> bool:
    return siren(digits) == LA_POSTE and sum(map(int, digits)) % 5 == 0
