"""What suppliers and files say is shown, never obeyed: no escape sequence, no markup reaches the terminal."""

import json
import unicodedata
from dataclasses import replace

import pytest
from rich.color import ColorSystem

from cli.office import Office, texts
from dematfin.cli.output import SCREEN
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat

HOSTILE = "\x1b[31m\x1b]0,pris\x07[red]ROUGE[/nulle] \x9b2J\u202eenvers\x08\x7f [link=https://x.invalid]ici"
INVOICE, MANDAT = "F2026-000016", "M2026-000017"
SCREENS = (
    "facture liste",
    f"facture voir {INVOICE}",
    "visa liste",
    "mandat liste",
    "bordereau voir COMMUNE-2026-44",
    "bordereau signer",
)


@pytest.fixture
def hostile(copy: Office) -> Office:
    """Return a copy where a supplier, a creditor and a motive want to act on a wide terminal."""
    copy.widen(300)
    with copy.opened() as app, app.ledger.transaction() as books:
        invoice = books.get(Invoice, INVOICE)
        finding = replace(books.get(Invoice, "F2026-000011").findings[0], sentence=HOSTILE)
        content = replace(invoice.content, supplier=replace(invoice.content.supplier, name=HOSTILE))
        books.save(replace(invoice, number=HOSTILE, content=content, findings=(finding,)))
        mandat = books.get(Mandat, MANDAT)
        books.save(replace(mandat, label=HOSTILE, reason=HOSTILE, tiers=replace(mandat.tiers, name=HOSTILE)))
        books.record(app.event(Subject.INVOICE, INVOICE, "IN_VISA", "IN_VISA", HOSTILE))
    return copy


def acting(text: str) -> set[str]:
    """Return the characters that a terminal obeys instead of showing."""
    return {sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf"} and sign != "\n"}


def test_a_hostile_name_is_shown_and_not_obeyed(hostile: Office) -> None:
    for typed in SCREENS:
        answer = hostile(*typed.split(), typed="non\n")
        assert answer.code == 0, typed
        assert "[red]ROUGE[/nulle] ?2J?envers?? [link=https://x.invalid]ici" in answer.out, typed
        assert acting(answer.said) == set(), typed


def test_colours_are_ours_alone_on_a_real_terminal(hostile: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SCREEN, "_force_terminal", True)
    monkeypatch.setattr(SCREEN, "_color_system", ColorSystem.STANDARD)
    shown = hostile("facture", "voir", INVOICE).out
    assert shown.startswith("\x1b[1m")  # our headline, in bold
    for obeyed in ("\x1b[31m", "\x1b]", "\x07", "\x08", "\x9b", "\u202e"):
        assert obeyed not in shown


def test_json_keeps_the_hostile_name_whole_but_harmless(hostile: Office) -> None:
    for typed in ("facture liste", f"facture voir {INVOICE}", "visa liste", "mandat liste"):
        answer = hostile(*typed.split(), "--json")
        assert acting(answer.out) == set(), typed
        assert HOSTILE in texts(json.loads(answer.out)), typed


def test_a_hostile_file_is_quoted_and_not_obeyed(copy: Office) -> None:
    csv = copy.folder / "engagements.csv"
    rows = [f"COMMUNE;N1;{HOSTILE};F00231;10;6064", f"{HOSTILE};N2;x;F00231;10;6064"]
    csv.write_text("\n".join(["budget;numero;libelle;tiers;montant;nature", *rows]), encoding="utf-8")
    answer = copy("engagement", "importer", str(csv))
    assert (answer.code, answer.out) == (1, "1 engagement importé (1 ajouté, 0 modifié, 0 inchangé, 1 refusé).\n")
    assert "[red]ROUGE[/nulle]" in answer.err
    assert acting(answer.said) == set()


def test_what_is_typed_is_quoted_and_not_obeyed(office: Office) -> None:
    for words in (
        ("facture", "voir", HOSTILE),
        ("bordereau", "voir", HOSTILE),
        ("facture", "liste", "--etat", HOSTILE),
    ):
        answer = office(*words)
        assert answer.code in {2, 3}
        assert acting(answer.said) == set()
        assert "[red]" in answer.err


def test_the_page_of_the_director_shows_the_name_as_text(hostile: Office) -> None:
    with hostile.opened() as app, app.ledger.transaction() as books:
        invoice = books.get(Invoice, INVOICE)
        supplier = replace(invoice.content.supplier, name="<script>alert(1)</script>")
        books.save(replace(invoice, content=replace(invoice.content, supplier=supplier)))
    page = hostile.folder / "page.html"
    assert hostile("rapport", "-o", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
