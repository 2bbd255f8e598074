"""Bank accounts inside any text, in all the ways people and programs write them; found by their key, then masked.

An IBAN is known by its country, its national form (the SWIFT registry) and its key, a RIB by its own key: a SIRET, an
amount or the number of an invoice has none of them, and stays readable.
"""

import re
from functools import cache
from typing import Final

FORMS: Final[dict[str, str]] = dict(
    re.findall(
        "([A-Z]{2}):([0-9nac]+)",
        """
AD:8n12c AE:19n AL:8n16c AT:16n AZ:4a20c BA:16n BE:12n BG:4a6n8c BH:4a14c BI:23n BR:23n1a1c BY:4c4n16c CH:5n12c CR:18n
CY:8n16c CZ:20n DE:18n DJ:23n DK:14n DO:4c20n EE:16n EG:25n ES:20n FI:14n FK:2a12n FO:14n FR:10n11c2n GB:4a14n GE:2a16n
GI:4a15c GL:14n GR:7n16c GT:24c HR:17n HU:24n IE:4a14n IL:19n IQ:4a15n IS:22n IT:1a10n12c JO:4a4n18c KW:4a22c KZ:3n13c
LB:4n20c LC:4a24c LI:5n12c LT:16n LU:3n13c LV:4a13c LY:21n MC:10n11c2n MD:20c ME:18n MK:3n10c2n MN:16n MR:23n MT:4a5n18c
MU:4a19n3a NI:4a20n NL:4a10n NO:11n OM:3n16c PK:4a16c PL:24n PS:4a21c PT:21n QA:4a21c RO:4a16c RS:18n RU:14n15c SA:2n18c
SC:4a20n3a SD:14n SE:20n SI:15n SK:20n SM:1a10n12c SO:19n ST:21n SV:4a20n TL:19n TN:20n TR:6n16c UA:6n19c VA:18n
VG:4a16n XK:16n YE:4a4n18c
""",
    )
)
"""National form of each country, after its two letters and the two digits of the key: n digits, a letters, c either."""
SIGNS: Final = {"n": "[0-9]", "a": "[A-Z]", "c": "[0-9A-Z]"}
GAP: Final = (
    r"(?:[\s\-._/·\xad\u200b\u2010-\u2015\u2060\ufeff]|%20|\+|&nbsp;|&#160;|&#[xX][0-9A-Fa-f]{2,4};|\\u00a0|\\u20[0-9a-f]{2}|\\xa0"
    r"|\\[nrt]){0,3}"
)
"""What may stand between two signs of an account, also where a text has been escaped."""
BETWEEN: Final = re.compile(GAP)
START: Final = re.compile(rf"[A-Za-z](?=[A-Za-z]{GAP}[0-9])")
ALONE: Final = "[0-9](?<![0-9A-Za-z][0-9])"
"""A first digit, with no sign before it."""
RIB: Final = re.compile(
    rf"{ALONE}[0-9]{{3}}(?:[0-9]{{6}}[0-9A-Za-z]{{11}}[0-9]{{2}}"
    rf"|[0-9]{GAP}[0-9]{{5}}{GAP}[0-9A-Za-z]{{11}}{GAP}[0-9]{{2}}"
    r"| [0-9]{4}(?: [0-9A-Za-z]{4}){3} [0-9A-Za-z][0-9]{2})(?![0-9A-Za-z])"
)
"""In one piece, in its four parts, or by fours as in an IBAN."""
NIR: Final = re.compile(
    rf"(?=[1-478]){ALONE}"
    r"[ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?(?:[0-9]{2}|2[ABab])[ .-]?[0-9]{3}[ .-]?[0-9]{3}"
    r"[ .-]?[0-9]{2}(?![0-9A-Za-z])"
)
NAMED: Final = re.compile(
    r"((?:[Ii][Bb][Aa][Nn]|[Bb][Bb][Aa][Nn]|IdCpte|NumCpte)(?:\s+V=)?[\"'\s:=>«(]{1,6})"
    r"((?:[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){10,30})|[0-9](?:[ -]?[A-Z0-9]){10,22}|[A-Z0-9]{11}(?=[\"'<]))"
)
"""An account that its own field names, whatever its key."""
RIB_LETTERS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def without_accounts(text: str) -> str:
    """Mask the bank accounts and the social security numbers of a text.

    >>> without_accounts("virement sur FR76 1999-9000 1700 0987 6543 276, facture F2026-000012 de 21440001500013")
    'virement sur FR76…3276, facture F2026-000012 de 21440001500013'
    """
    text = _without_ibans(text)
    text = RIB.sub(_rib_masked, text)
    text = NIR.sub(_nir_masked, text)
    if "ban" in text.lower() or "Cpte" in text:
        text = NAMED.sub(lambda found: found[1] + masked(found[2]), text)
    return text


def masked(account: str) -> str:
    """Hide the middle of an account."""
    signs = _signs(account)
    return f"{signs[:4]}…{signs[-4:]}"


def _without_ibans(text: str) -> str:
    pieces = []
    done = 0
    for start in START.finditer(text):
        if start.start() < done:
            continue
        form = FORMS.get(text[start.start() : start.start() + 2].upper())
        found = _length(form).match(text, start.start()) if form else None
        if form and found and _shape(form).fullmatch(_signs(found[0])) and is_iban(_signs(found[0])):
            pieces += [text[done : found.start()], masked(found[0])]
            done = found.end()
    return "".join([*pieces, text[done:]]) if pieces else text


def is_iban(signs: str) -> bool:
    """Say whether the key of a compact IBAN is right (ISO 7064, modulo 97)."""
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def is_rib(signs: str) -> bool:
    """Say whether the key of a French account of 23 signs is right."""
    return int(signs.translate(RIB_LETTERS)) % 97 == 0


@cache
def _length(form: str) -> re.Pattern[str]:
    """Return what takes as many signs as an IBAN of a national form has, whatever stands between them."""
    count = 4 + sum(map(int, re.findall("[0-9]+", form)))
    return re.compile(rf"(?:[0-9A-Za-z]{GAP}){{{count - 1}}}[0-9A-Za-z]")


@cache
def _shape(form: str) -> re.Pattern[str]:
    signs = (f"{SIGNS[kind]}{{{count}}}" for count, kind in re.findall("([0-9]+)([nac])", form))
    return re.compile(f"[A-Z]{{2}}[0-9]{{2}}{''.join(signs)}")


def _signs(account: str) -> str:
    return BETWEEN.sub("", account).upper()


def _rib_masked(found: re.Match[str]) -> str:
    signs = _signs(found[0])
    return masked(signs) if is_rib(signs) else found[0]


def _nir_masked(found: re.Match[str]) -> str:
    """Two departments hold a letter, whose number the key counts otherwise."""
    signs = re.sub("[ .-]", "", found[0]).upper()
    number = int(signs[:13].replace("2A", "19").replace("2B", "18"))
    return f"{signs[0]}…" if 97 - number % 97 == int(signs[13:]) else found[0]
