"""Texts that fit a PES: ISO-8859-1 only, cut to their length, never one of the values that the schema forbids.

S²LOW and Hélios want ISO-8859-1; whether Hélios takes a numeric reference for anything else is unverified, so
letters that it lacks are written otherwise. Those that have no Latin form at all (Cyrillic, Chinese...) are lost:
whoever writes a name has to ask `lost` first.
"""

import unicodedata
from typing import Final

WRITTEN_OTHERWISE: Final = str.maketrans({
    **dict.fromkeys("’‘‛ʼʹ′", "'"), **dict.fromkeys("“”„‟″", '"'), **dict.fromkeys("‐‑‒–—―−•", "-"),
    "€": " EUR ", "№": "n°", "™": "(TM)", "…": "...", "⁄": "/", "‚": ",", "‹": "<", "›": ">",
    "œ": "oe", "Œ": "OE", "Ÿ": "Y", "ß": "ss", "ẞ": "SS", "ĳ": "ij", "Ĳ": "IJ", "ﬁ": "fi", "ﬂ": "fl", "ĸ": "k",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ı": "i", "ŋ": "n", "Ŋ": "N",
    "ə": "e", "Ə": "E", "ɛ": "e", "Ɛ": "E", "ɔ": "o", "Ɔ": "O", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ƙ": "k",
})  # fmt: skip


def fit(text: str, limit: int) -> str:
    """Return a text that any `texte` field of `limit` characters accepts, or nothing when nothing of it can be written.

    >>> fit("Œuvres d’école – 12 €", 38), fit("Иванов", 38)
    ("OEuvres d'école - 12 EUR", '')
    """
    latin = text if _plain(text) else "".join(_latin(sign) for sign in _other_signs(text))
    return _allowed(" ".join(latin.split())[:limit].strip())[:limit]


def lost(text: str) -> str:
    """Return the letters and digits of a text that Latin-1 cannot write, even otherwise.

    >>> lost("Zoë Čapek, Złoty & Ко"), lost("naïf 🙂")
    ('Ко', '')
    """
    if _plain(text):
        return ""
    return "".join(sign for sign in _other_signs(text) if sign.isalnum() and not _latin(sign))


def letters_and_digits(text: str, limit: int) -> str:
    """Return what an `alphanum` field keeps of a text."""
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum())[:limit]


def ascii_only(text: str) -> str:
    """Return a text without its accents, for names that pass from one system to another.

    >>> ascii_only("Décompte n° 3 – çà")
    'Decompte n 3 - ca'
    """
    if _plain(text):
        return " ".join(text.split())
    apart = unicodedata.normalize("NFKD", fit(text, len(text) * 4))
    return " ".join("".join(sign for sign in apart if sign.isascii()).split())


def _plain(text: str) -> bool:
    """Whether nothing in it is to be replaced, as in most texts: each sign is looked at in the others only."""
    return text.isascii() and text.isprintable()


def _other_signs(text: str) -> str:
    """Return a text with accents joined to their letters, and the signs of the table replaced."""
    return unicodedata.normalize("NFC", text).translate(WRITTEN_OTHERWISE)


def _latin(sign: str) -> str:
    """Return a printable Latin-1 sign, or its unaccented letters, or a blank for what is no letter; else nothing."""
    if _is_latin(sign):
        return sign if sign.isprintable() else " "
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    if bare and bare.isprintable() and _is_latin(bare):
        return bare
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    return "" if sign.isalnum() or unicodedata.combining(sign) else " "


def _is_latin(text: str) -> bool:
    return all(ord(sign) < 256 for sign in text)  # noqa: PLR2004 - the size of ISO-8859-1


def _allowed(text: str) -> str:
    """Step around what Base_Texte refuses: a lone dot, `nc`, only zeros."""
    if text in {"", "."}:
        return ""
    if text == "nc":
        return "NC"
    return text if text.strip("0") else f"n{text}"
