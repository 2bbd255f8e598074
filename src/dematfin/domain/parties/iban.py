"""IBAN: international bank account number, checked by its modulo 97 key (ISO 13616)."""

import re
from typing import Final, NewType

Iban = NewType("Iban", str)

SHAPE: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")


class InvalidIban(ValueError):
    """Cet IBAN est invalide."""


def compact(text: str) -> str:
    """Strip spaces and put letters in upper case, as Hélios demands."""
    return "".join(text.split()).upper()


def parse(text: str) -> Iban:
    """Return the compact IBAN, or raise InvalidIban.

    >>> parse("FR76 1999 9000 1700 0987 6543 276")
    'FR7619999000170009876543276'
    """
    iban = compact(text)
    if not SHAPE.fullmatch(iban):
        message = f"IBAN mal formé : {mask(iban)}"
        raise InvalidIban(message)
    if int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 != 1:
        message = f"IBAN invalide (clé fausse) : {mask(iban)}"
        raise InvalidIban(message)
    return Iban(iban)


def mask(iban: str) -> str:
    """Hide the middle of an IBAN, for screens and logs.

    >>> mask("FR7619999000170009876543276")
    'FR76…3276'
    """
    return f"{iban[:4]}…{iban[-4:]}"


SPELT: Final = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:[ \u00a0.-]?[A-Z0-9]{2,4}){3,8}\b")


def hide(text: str) -> str:
    """Mask each IBAN of a text, written in one piece or in groups.

    >>> hide("Le compte FR76 1999 9000 1700 0987 6543 276 n'est pas celui du tiers.")
    "Le compte FR76…3276 n'est pas celui du tiers."
    """
    return SPELT.sub(lambda found: _masked(found[0]), text)


def _masked(text: str) -> str:
    account = re.sub("[^A-Z0-9]", "", text)
    return mask(account) if SHAPE.fullmatch(account) else text


RIB: Final = re.compile(r"[0-9]{10}[A-Z0-9]{11}[0-9]{2}")


def of_account(text: str) -> str:
    """Return the IBAN of an account that is written as an IBAN, or as the older French RIB.

    >>> of_account("19999 00017 00098765432 76")
    'FR7619999000170009876543276'
    """
    account = compact(text)
    if not RIB.fullmatch(account):
        return account
    rest = int("".join(str(int(sign, 36)) for sign in f"{account}FR00")) % 97
    return f"FR{98 - rest:02d}{account}"
