"""Who a creditor is, by whatever number it has: the shape of each kind (NatIdTiers), and the key of the firm behind it.

Hélios rejects the whole bordereau for one identifier that does not fit its kind (annotation of IdTiers, v5.17).
"""

import re
from collections.abc import Callable
from typing import Final

from dematfin.domain.parties.siret import luhn, parse, siren

SIRET: Final = "01"
SIREN: Final = "02"
NIR: Final = "04"
PENDING: Final = "09"
REFERENCE: Final = "TIERS"
"""No national number at all: the creditor is known by the reference that the finance software gives it."""
LABELS: Final = {
    "01": "SIRET",
    "02": "SIREN",
    "03": "FINESS",
    "04": "NIR",
    "05": "TVA",
    "06": "HORSUE",
    "07": "TAHITI",
    "08": "RIDET",
    "09": "ENCOURS",
    "10": "FRWF",
    "11": "IREP",
    "12": "NFP",
}
OF_PERSONS: Final = frozenset({"04", "11", "12"})
CHORUS: Final = {"1": "01", "2": "05", "3": "06", "4": "08", "5": "07", "6": "09", "7": "04"}
"""NatIdTiers of each kind of identifier of Chorus Pro."""
SHAPES: Final = {
    "03": (r"[0-9]{9}|2[AB][0-9]{7}", "9 caractères"),
    "04": (r"[0-9]{6}[0-9AB][0-9]{8}", "15 chiffres"),
    "05": (r"[A-Z]{2}[A-Z0-9]{2,16}", "le code du pays puis 16 signes au plus, par exemple ATU12345678"),
    "06": (r"[A-Z0-9]{1,18}", "18 lettres ou chiffres au plus : le pays puis le début du nom"),
    "07": (r"[A-Z0-9]{9}", "9 signes"),
    "08": (r"[0-9]{9,10}", "9 ou 10 chiffres"),
    "09": (r"[A-Z0-9]{0,80}", "80 lettres ou chiffres au plus"),
    "10": (r"FRWF[A-Z0-9]{1,14}", "FRWF puis 14 signes au plus"),
    "11": (r"[0-9]{5}[A-Z0-9]{0,75}", "cinq chiffres d'abord, 80 signes au plus"),
    "12": (r"[0-9]{13}", "13 chiffres"),
}
"""Shape of each kind but the first two, and how it is told to whoever typed something else."""
SIREN_SHAPE: Final = re.compile("[0-9]{9}")


def checked(kind: str, written: str) -> str:
    """Return an identifier as Hélios takes it; raises ValueError, in French.

    >>> checked("05", "ATU 12.345.678"), checked("02", "732 829 320")
    ('ATU12345678', '732829320')
    """
    if kind == SIRET:
        return parse(written)
    number = compact(written)
    if kind == SIREN:
        _check(number, SIREN_SHAPE.fullmatch(number) is not None and luhn(number), "SIREN", "9 chiffres et sa clé")
        return number
    if kind not in SHAPES:
        message = f"type d'identifiant « {kind} » inconnu : de 01 (SIRET) à 12 (NFP)"
        raise ValueError(message)
    shape, words = SHAPES[kind]
    right = re.fullmatch(shape, number) is not None and KEYS.get(kind, _any)(number)
    _check(number, right, LABELS[kind], words)
    return number


def compact(written: str) -> str:
    """Return the letters and digits of an identifier, upper case: what two ways of writing it share.

    Letters of any script are kept: without them all the firms of a country would look alike.
    """
    return "".join(sign for sign in written.upper() if sign.isalnum()) or written


def firm(kind: str, identifier: str) -> str:
    """Return the key of the firm behind an identifier, of a kind of Hélios or of Chorus Pro.

    A number of another kind, made of digits only, could be somebody's SIREN: it then bears the name of its kind.

    >>> firm("1", "73282932000074"), firm("2", "ATU 12345678"), firm("08", "732829320")
    ('732829320', 'ATU12345678', 'RIDET:732829320')
    """
    kind = CHORUS.get(kind, kind)
    number = compact(identifier)
    if kind == REFERENCE:
        return f"{REFERENCE}:{number}"
    if kind in LABELS and kind not in {SIRET, SIREN} and number.isdigit():
        return f"{LABELS[kind]}:{number}"
    return siren(number)


def _check(number: str, right: bool, label: str, words: str) -> None:  # noqa: FBT001 - it is the question itself
    if not right:
        message = f"identifiant {label} « {number[:30]} » invalide : {words} attendus"
        raise ValueError(message)


def _any(_: str) -> bool:
    return True


def _finess(number: str) -> bool:
    return not number.isdigit() or luhn(number)


def _nir(number: str) -> bool:
    """Key of a social security number; Corsica's departments count as 19 and 18."""
    body = number[:13].replace("2A", "19").replace("2B", "18") if not number.isdigit() else number[:13]
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


KEYS: Final[dict[str, Callable[[str], bool]]] = {"03": _finess, "04": _nir}
