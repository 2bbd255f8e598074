"""Texts that fit a PES: ISO-8859-1 only, cut to their length, never one of the values that the schema forbids.

S²LOW and Hélios want ISO-8859-1; whether Hélios takes a numeric reference for anything else is unverified, so
letters that it lacks are written otherwise.
"""

import unicodedata
from typing import Final

WRITTEN_OTHERWISE: Final = str.maketrans(
    {
        "€": " EUR",
        "œ": "oe",
        "Œ": "OE",
        "Ÿ": "Y",
        "’": "'",
        "‘": "'",
        "‚": ",",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "™": "(TM)",
        "ß": "ss",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
)
NOTHING: Final = "-"


def fit(text: str, limit: int) -> str:
    """Return a text that any `texte` field of `limit` characters accepts.

    >>> fit("Œuvres d’école – 12 €", 38)
    "OEuvres d'école - 12 EUR"
    """
    latin = "".join(_latin(sign) for sign in text.translate(WRITTEN_OTHERWISE))
    kept = " ".join(latin.split())[:limit].strip()
    return _allowed(kept)[:limit]


def letters_and_digits(text: str, limit: int) -> str:
    """Return what an `alphanum` field keeps of a text."""
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum())[:limit]


def _latin(sign: str) -> str:
    """Return a printable Latin-1 sign, or its unaccented letters, or a dash."""
    if sign.isspace():
        return " "
    if _is_latin(sign):
        return sign if sign.isprintable() else " "
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return bare if bare and _is_latin(bare) else NOTHING


def _is_latin(text: str) -> bool:
    return all(ord(sign) < 256 for sign in text)  # noqa: PLR2004 - the size of ISO-8859-1


def _allowed(text: str) -> str:
    """Step around what Base_Texte refuses: nothing, a lone dot, `nc`, only zeros."""
    if text in {"", "."}:
        return NOTHING
    if text == "nc":
        return "NC"
    return text if text.strip("0") else f"n{text}"
