"""The letter that interrupts the delay: what the law asks for, whatever the supplier is called."""

import re
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.interruption import Interruption
from dematfin.reports.layout import drawable
from dematfin.reports.letter import PdfLetters
from examples import COMMUNE, SUPPLIER

WORDS: Final = Interruption(
    sender="COMMUNE DE VALBRUME",
    siret=COMMUNE,
    supplier="PAPETERIE DU LAC",
    supplier_identifier=SUPPLIER,
    number="F2026-0412",
    issued_on=date(2026, 2, 20),
    ttc=Decimal("1234.50"),
    remote_id="9100001",
    notified_on=date(2026, 2, 22),
    written_on=date(2026, 3, 2),
    motif="Le procès-verbal de réception manque.",
    pieces=("Procès-verbal signé", "RIB à jour"),
)
SHOWN: Final = re.compile(rb"\(((?:\\.|[^\\()])*)\) Tj")
ESCAPED: Final = re.compile(rb"\\([0-7]{3}|.)")


def letter(**changes: object) -> bytes:
    return PdfLetters().interruption(replace(WORDS, **changes))  # type: ignore[arg-type]  # of a test's own making


def text(pdf: bytes) -> str:
    """Return the words that a page draws, line after line, with ordinary spaces."""

    def byte(found: re.Match[bytes]) -> bytes:
        return bytes([int(found[1], 8)]) if len(found[1]) == 3 else found[1]

    lines = [ESCAPED.sub(byte, drawn).decode("cp1252") for drawn in SHOWN.findall(pdf)]
    return " ".join(" ".join(lines).split())


def test_it_is_a_whole_pdf() -> None:
    pdf = letter()
    assert pdf.startswith(b"%PDF-1.")
    assert pdf.rstrip().endswith(b"%%EOF")
    (start,) = re.findall(rb"startxref\s+(\d+)", pdf)
    table = pdf[int(start) :]
    assert table.startswith(b"xref")
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n", table), start=1):
        assert pdf[int(offset) :].startswith(f"{number} 0 obj".encode())
    for length, stream in re.findall(rb"/Length (\d+).*?stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        assert len(stream) == int(length)


def test_it_says_what_the_law_asks_for() -> None:
    """CCP R. 2192-28: the reasons, and the list of what is missing; R. 2192-29: the new delay."""
    said = text(letter())
    for words in (
        "COMMUNE DE VALBRUME SIRET 21990042000015",
        "PAPETERIE DU LAC 91098765000017",
        "Le 02/03/2026",
        "Objet : Interruption du délai de paiement de la facture F2026-0412",
        "Votre facture n° F2026-0412 du 20/02/2026, d'un montant de 1 234,50 € TTC (Chorus Pro n° 9100001), a été",
        "mise à notre disposition le 22/02/2026.",
        "Le procès-verbal de réception manque. Pièces ou mentions à fournir :",
        "Procès-verbal signé",
        "RIB à jour",
        "En application des articles R. 2192-27 et R. 2192-28 du code de la commande publique",
        "cette notification interrompt le délai de paiement.",
        "un nouveau délai de 30 jours sera ouvert",
        "s'il est supérieur à 30 jours (article R. 2192-29)",
        "Répondez dans Chorus Pro",
        "Pour COMMUNE DE VALBRUME, l'ordonnateur",
    ):
        assert words in said


def test_without_a_list_the_motif_says_what_to_supply() -> None:
    said = text(letter(pieces=()))
    assert "Le procès-verbal de réception manque. Les pièces ou mentions à fournir sont celles que ce motif" in said
    assert "Pièces ou mentions à fournir :" not in said


def test_the_same_words_give_the_same_bytes_and_others_do_not() -> None:
    assert letter() == letter()
    assert letter() != letter(written_on=date(2026, 3, 3))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<b>GRAS</b> & <img src=x> &amp; Cie", "<b>GRAS</b> & <img src=x> &amp; Cie"),
        ("<para><font size=90>", "<para><font size=90>"),
        ("ŒUVRES DU CŒUR à 5 €", "ŒUVRES DU CŒUR à 5 €"),
        ("Zakład Łódź Żółć ąęś", "Zaklad Lódz Zólc aes"),
        ("Škoda Plzeň Ýmir ğ", "Škoda Plzen Ýmir g"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", "Café"),
        ("АБВ 日本 🏛", "??? ?? ?"),
        ("a\x00b\x1b[31mc\x07\u202ed\u200be\ud800f", "a?b?[31mc??d?e?f"),
        ("PARENTHÈSES ( \\ ) (((", "PARENTHÈSES ( \\ ) ((("),
        ("(cid:12) Tj ET endstream", "(cid:12) Tj ET endstream"),
    ],
)
def test_a_hostile_or_foreign_name_is_drawn_and_never_obeyed(name: str, shown: str) -> None:
    pdf = letter(supplier=name, motif=name, pieces=(name,), number=name, sender=name)
    said = text(pdf).replace(" ", "")
    assert said.count(shown.replace(" ", "")) == 7  # twice the sender and the number
    assert b"/Subtype /Image" not in pdf


@pytest.mark.parametrize("name", ["X" * 5000, "mot " * 1500])
def test_a_very_long_name_is_all_there_on_as_many_pages_as_it_takes(name: str) -> None:
    said = text(letter(supplier=name)).replace(" ", "")
    assert name.replace(" ", "") in said
    assert "l'ordonnateur" in said


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=30)
def test_no_sign_vanishes_and_none_stops_the_letter(name: str) -> None:
    composed = unicodedata.normalize("NFC", name)
    for sign, shown in zip(composed, drawable(name), strict=True):
        assert len(shown.encode("cp1252")) == 1
        assert shown == sign or not sign.isascii() or not sign.isprintable()
    assert letter(supplier=name).startswith(b"%PDF")
