"""An invoice found from the keyboard, and the paragraph for the supplier who asks."""

import json
import re
from dataclasses import replace
from typing import Final

import pytest

from cli.office import Office, plain, texts
from dematfin.domain.invoice.invoice import Invoice

PAPER: Final = {f"F2026-{number:06d}" for number in (1, 2, 3, 14, 24, 39)}
FOUND: Final = [
    ("papeterie", PAPER),
    ("--fournisseur 'LAC Papeterie'", PAPER),
    ("9100105", {"F2026-000005"}),
    ("f2026-000005", {"F2026-000005"}),
    ("--numero 0412", {"F2026-000001", "F2026-000014"}),
    ("--montant '1 248,36 €'", {"F2026-000005"}),
    ("--montant 1248.36", {"F2026-000005"}),
    ("--montant -60", {"F2026-000003"}),
    ("--engagement bc2600077 --montant 120", {"F2026-000001", "F2026-000014"}),
    ("--iban 3276", PAPER),
    ("--mandat 1189", {"F2026-000002", "F2026-000003"}),
    ("--mandat 1189 --montant 60", {"F2026-000003"}),
    ("papeterie --mandat 1187", set()),
    ("--texte piscine", set()),
]


def words(typed: str) -> list[str]:
    return [quoted or bare for quoted, bare in re.findall(r"'([^']*)'|(\S+)", typed)]


@pytest.mark.parametrize(("typed", "found"), FOUND)
def test_it_is_found_and_the_screen_shows_what_the_json_holds(office: Office, typed: str, found: set[str]) -> None:
    rows = json.loads(office("facture", "chercher", *words(typed), "--json").out)
    assert {row["invoice"]["id"] for row in rows} == found
    shown = office("facture", "chercher", *words(typed))
    assert (shown.code, shown.err) == (0, "")
    assert set(re.findall(r"F2026-\d{6}", shown.out)) == found
    assert ("Aucune facture ne répond à ces critères." in shown.out) is (not found)
    plain(shown.said)


def test_the_newest_comes_first_whole_on_a_narrow_screen(office: Office) -> None:
    lines = office("facture", "chercher", "papeterie").out.splitlines()
    rows = [line for line in lines if line.strip().startswith("F2026-")]
    days = [re.findall(r"\d{2}/\d{2}/\d{4}", row)[0] for row in rows]
    assert days == sorted(days, key=lambda day: day.split("/")[::-1], reverse=True)
    assert any("Fournisseur" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert any("-60,00 €" in row and "payée, mandat" in row for row in rows)
    assert sum("1189" in line for line in lines) == 2


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("", 3, "Donnez au moins un critère"),
        ("--numero -", 3, "« - » ne dit rien"),
        ("--texte '*'", 3, "« * » ne dit rien"),
        ("%", 3, "« % » ne dit rien"),
        ("--montant beaucoup", 2, "« beaucoup » n'est pas un montant ; écrivez par exemple 1234,50"),
        ("--montant 1.234,50", 2, "« 1.234,50 » n'est pas un montant"),
        ("--mandat x", 2, "un nombre entier est attendu"),
        ("--mandat 0", 2, "1 au moins"),
        ("--depuis hier", 2, "'hier' n'est pas une date (JJ/MM/AAAA)"),
        ("--depuis 02/01/2026 --jusque 01/01/2026", 3, "inversez les deux dates"),
        ("a b", 2, "Argument en trop : b"),
    ],
)
def test_what_cannot_be_searched_is_said(office: Office, typed: str, code: int, said: str) -> None:
    answer = office("facture", "chercher", *words(typed))
    assert answer.code == code
    assert said in answer.err
    plain(answer.said)


def test_dates_are_typed_as_people_or_programs_do(office: Office) -> None:
    french = office("facture", "chercher", "--depuis", "01/01/2020", "--jusque", "31/12/2020", "--json").out
    programs = office("facture", "chercher", "--depuis", "2020-01-01", "--jusque", "2020-12-31", "--json").out
    assert french == programs
    assert texts(json.loads(french)) >= {"F2026-000026"}


def test_what_only_a_document_says_is_marked(copy: Office) -> None:
    with copy.opened() as app, app.ledger.transaction() as books:
        books.index_text("F2026-000005", "Réfection du toboggan de la crèche")
    shown = copy("facture", "chercher", "TOBOGGAN crech")
    assert "(dans le" in shown.out
    assert "F2026-000005" in copy("facture", "chercher", "--texte", "crèche toboggan", "--montant", "1248,36").out
    (row,) = json.loads(copy("facture", "chercher", "toboggan", "--json").out)
    assert (row["invoice"]["id"], row["in_text"]) == ("F2026-000005", True)


class TestWhereIsIt:
    def test_each_invoice_of_the_office_has_a_paragraph_without_anything_of_ours(self, office: Office) -> None:
        rows = json.loads(office("facture", "liste", "--json").out)
        assert len(rows) > 30
        for row in rows:
            answer = office("facture", "ou-en-est", row["id"])
            assert (answer.code, answer.err) == (0, "")
            assert answer.out.startswith(("Votre facture n° ", "Votre avoir n° "))
            assert row["number"] in answer.out
            assert not re.search(r"[FM]2026-0000|COMMUNE-2026|CCAS-2026|FR76|…|\([A-Z]+-|Claire|BC26|SOC26", answer.out)
            plain(answer.said)

    @pytest.mark.parametrize("key", ["F2026-000005", "9100105", "2026/131", "2026 131"])
    def test_it_is_named_as_the_supplier_names_it(self, office: Office, key: str) -> None:
        answer = office("facture", "ou-en-est", key)
        assert answer.out.startswith("Votre facture n° 2026/131 du ")
        assert "1 248,36 € TTC (Chorus Pro n° 9100105)" in answer.out
        assert re.search(r"Elle a été payée le \d\d/\d\d/\d{4}\.$", answer.out)

    def test_two_of_a_number_or_none_is_said(self, office: Office) -> None:
        several = office("facture", "ou-en-est", "F2026-0412")
        assert (several.code, several.out) == (3, "")
        assert "F2026-000014 (PAPETERIE DU LAC), F2026-000001 (PAPETERIE DU LAC)" in several.err
        none = office("facture", "ou-en-est", "INCONNUE-7")
        assert (none.code, "Aucune facture « INCONNUE-7 »" in none.err) == (3, True)
        plain(several.said + none.said)

    def test_a_hostile_number_is_shown_and_not_obeyed(self, copy: Office) -> None:
        with copy.opened() as app, app.ledger.transaction() as books:
            books.save(replace(books.get(Invoice, "F2026-000005"), number="\x1b]0;pris\x07N-1"))
        for typed in ("ou-en-est F2026-000005", "chercher F2026-000005"):
            answer = copy("facture", *typed.split())
            assert answer.code == 0
            assert "?]0;pris?N-1" in answer.out.replace("\n", "")
            assert "\x1b" not in answer.said
