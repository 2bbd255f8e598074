"""Lists: whole on a narrow screen, complete in JSON, and a sentence when there is nothing."""

import json
import re
from decimal import Decimal
from itertools import product

import pytest

from cli.office import Office, plain, texts

LISTS = {
    "facture liste": (40, r"F2026-0000\d\d"),
    "visa liste": (2, r"F2026-0000\d\d"),
    "mandat liste": (17, r"M2026-0000\d\d"),
    "bordereau liste": (4, r"(?:COMMUNE|CCAS)-2026-\d\d"),
    "etat": (5, r"(?:PESALR1_\d{14}_2026_\d{6}_\d{6}|PesDepense-01-2026-18-\d-\d{14})"),
}


@pytest.mark.parametrize(
    ("typed", "width"),
    [*product(LISTS, (80, 120)), *product(("facture liste", "visa liste", "mandat liste"), (70,))],
)
def test_each_line_begins_with_a_whole_identifier(office: Office, typed: str, width: int) -> None:
    office.widen(width)
    count, identifier = LISTS[typed]
    answer = office(*typed.split())
    assert answer.code == 0
    table = [line for line in answer.out.splitlines() if not line.startswith("!")]  # alerts are sentences, not columns
    found = [line for line in table if re.match(rf"\s*{identifier}\b", line)]
    assert len(found) == count
    assert max(map(len, table)) <= width
    plain(answer.out)


def test_every_amount_and_date_of_the_invoices_stands_whole(office: Office) -> None:
    shown = office("facture", "liste").out
    rows = json.loads(office("facture", "liste", "--json").out)
    for row in rows:
        line = next(line for line in shown.splitlines() if row["id"] in line)
        year, month, day = row["due_on"].split("-")
        assert f"{day}/{month}/{year}" in line
        assert f"{Decimal(row['ttc']):,.2f} €".replace(",", " ").replace(".", ",") in line


@pytest.mark.parametrize("typed", [*LISTS, "bordereau voir CCAS-2026-18", "facture voir F2026-000007"])
def test_json_holds_all_that_the_screen_shows(office: Office, typed: str) -> None:
    words = texts(json.loads(office(*typed.split(), "--json").out))
    shown = set(
        re.findall(
            r"\b(?:F|M)2026-\d{6}\b|\bPESALR1_\w+|\bPesDepense[\w-]+|\b(?:COMMUNE|CCAS)-2026-\d+",
            office(*typed.split()).out,
        )
    )
    assert shown
    assert shown <= words


def test_a_state_chooses_the_invoices_that_are_listed(office: Office) -> None:
    rows = json.loads(office("facture", "liste", "--etat", "à corriger", "--json").out)
    assert {row["id"] for row in rows} == {
        f"F2026-{number:06}" for number in (11, 12, 13, 14, 20, 21, 23, 25, 26, 28, 33, 35, 36, 37, 38)
    }
    assert office("facture", "liste", "--etat", "annulée").out == "Aucune facture « annulée ».\n"


def test_empty_registers_are_said_in_words_and_as_empty_json(new_office: Office) -> None:
    for typed in ("facture liste", "visa liste", "mandat liste", "bordereau liste"):
        answer = new_office(*typed.split())
        assert answer.code == 0
        assert answer.out.startswith("Aucun"), typed
        assert json.loads(new_office(*typed.split(), "--json").out) == []
    assert "Aucune facture : importez-les" in new_office("etat").out
    assert new_office("bordereau", "signer").out.startswith("Aucun bordereau n'attend de signature")
    assert new_office("bordereau", "preparer").out == "● préparation des bordereaux : rien à faire\n"


def test_one_thing_takes_no_s(copy: Office) -> None:
    csv = copy.folder / "un.csv"
    title = "budget;numero;libelle;tiers;montant;nature\n"
    row = "COMMUNE;N{0};Papier;F00231;10,00;6064\n"
    csv.write_text(title + row.format(1), encoding="utf-8")
    assert copy("engagement", "importer", str(csv)).out.startswith("1 engagement importé (1 ajouté, ")
    csv.write_text(title + row.format(1) + row.format(2), encoding="utf-8")
    assert copy("engagement", "importer", str(csv)).out.startswith(
        "2 engagements importés (1 ajouté, 0 modifié, 1 inchangé, "
    )
