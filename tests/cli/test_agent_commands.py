"""The agent's morning, typed: the review key by key, the search, the paragraph for a supplier, accounts, doubles."""

import json
from pathlib import Path

import pytest

from cli.office import Office, plain
from cli.test_demo_screen import CODE
from cli.test_neighbours import typed_apart

HELD = 15
DIRECT = "F2026-000028"
"""The works statement: it is set aside without telling anybody."""


def without_codes(text: str) -> str:
    return "\n".join(CODE.sub("", line.partition("[")[0].rstrip()) for line in text.splitlines())


def test_the_review_shows_each_case_with_its_remedy_and_asks_nothing(office: Office) -> None:
    head = office.head()
    answer = office("facture", "a-traiter", "--liste")
    assert answer.code == 0
    assert answer.out.count("Délai légal :") == HELD - 1  # no delay runs for a credit note
    assert "Réponse proposée : « à recycler », motif : Code service absent" in answer.out
    assert f"Reste à traiter : {HELD} factures." in answer.out
    plain(without_codes(answer.out))
    assert office.head() == head


def test_a_key_decides_and_the_others_wait(copy: Office) -> None:
    keys = ["p\n"] * (HELD - 1)
    shown = json.loads(copy("facture", "a-traiter", "--json").out)
    place = [one["facture"] for one in shown].index(DIRECT)
    keys.insert(place, "e\nMarché de travaux\n")
    answer = copy("facture", "a-traiter", typed="".join(keys))
    assert answer.code == 0
    assert f"Facture {DIRECT} : suivie ailleurs." in answer.out
    assert f"Reste à traiter : {HELD - 1} factures." in answer.out


@pytest.mark.parametrize(
    "typed", ["", "q\n", "z\nq\n", "d\nq\n", "f\nJe sais\nq\n"], ids=["end", "quit", "odd", "d", "f"]
)
def test_whatever_is_no_decision_changes_nothing(copy: Office, typed: str) -> None:
    head = copy.head()
    answer = copy("facture", "a-traiter", typed=typed)
    assert answer.code == 0
    assert f"Reste à traiter : {HELD} factures." in answer.out
    assert copy.head() == head


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("papeterie",), 6),
        (("--montant", "942,17"), 2),
        (("--iban", "2764"), 1),
        (("--mandat", "1188"), 1),
        (("--engagement", "bc26 00078"), 2),
        (("--fournisseur", "energie du val", "--numero", "7788"), 3),
        (("rien de tel",), 0),
    ],
)
def test_an_invoice_is_found_at_once(office: Office, words: tuple[str, ...], found: int) -> None:
    office.widen(120)
    answer = office("facture", "chercher", *words)
    assert answer.code == 0
    assert answer.out.count("F2026-0000") == found
    assert len(json.loads(office("facture", "chercher", *words, "--json").out)) == found
    plain(answer.out)


def test_a_search_says_what_it_needs(office: Office) -> None:
    assert office("facture", "chercher").code == 3
    answer = office("facture", "chercher", "--montant", "beaucoup")
    assert (answer.code, "« beaucoup » n'est pas un montant" in answer.err) == (2, True)


@pytest.mark.parametrize("key", ["F2026-000004", "9100104", "NP-3401", "F2026-000019", "F2026-000012", "INV-2026-77"])
def test_a_supplier_is_answered_without_anything_internal(office: Office, key: str) -> None:
    answer = office("facture", "ou-en-est", key)
    assert answer.code == 0
    assert answer.out.startswith("Votre facture n° ")
    for inside in ("F2026-0000", "M2026-", "Claire", "Nadia", "FR76", "SCOLAIRE", "BATIMENTS", "dematfin"):
        assert inside not in answer.out
    plain(answer.out)


def test_a_number_of_two_invoices_is_not_answered_at_random(office: Office) -> None:
    answer = office("facture", "ou-en-est", "F2026-0412")
    assert (answer.code, "F2026-000001" in answer.err, "F2026-000014" in answer.err) == (3, True, True)
    assert office("facture", "ou-en-est", "inconnue").code == 3


@pytest.mark.parametrize(
    "words",
    [
        ("facture", "recycler", "F2026-000001", "--motif", "Trop tard"),
        ("facture", "suspendre", "F2026-000001", "--motif", "Trop tard"),
        ("facture", "rejeter", "F2026-000099", "--motif", "Inconnue"),
        ("facture", "forcer", "F2026-000012", "--motif", "Je sais"),
        ("facture", "reprendre", "F2026-000019", "--motif", "Trop vite"),
        ("facture", "prendre-en-main", "F2026-000001", "--motif", "À moi"),
        ("facture", "ecarter", "F2026-000001", "--motif", "Ailleurs"),
        ("doublon", "decider", "F2026-000014", "--avec", "F2026-000014", "--verdict", "doublon", "--motif", "x"),
        ("tiers", "iban", "valider", "FR7619999000170009876543276", "--rappel", "Inutile"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_rule_says_no_in_words_and_nothing_changes(office: Office, words: tuple[str, ...]) -> None:
    head = office.head()
    answer = office(*words)
    assert answer.code == 3
    assert answer.err.startswith("Erreur : ")
    plain(without_codes(answer.err))
    assert office.head() == head


def test_a_corrected_engagement_sends_the_invoice_to_its_desk(copy: Office) -> None:
    answer = copy(
        "facture", "reprendre", "F2026-000012", "--engagement", "BC26-00093", "--motif", "Vu avec l'imprimeur"
    )
    assert answer.code == 0
    assert "Facture F2026-000012 : en visa." in answer.out
    assert "F2026-000012" in copy("visa", "liste").out


@pytest.mark.usefixtures("neighbours")
def test_a_letter_goes_where_it_is_asked_for(copy: Office, tmp_path: Path) -> None:
    letter = tmp_path / "lettre.pdf"
    words = ("facture", "suspendre", "F2026-000020", "--motif", "Bon soldé", "--piece", "bon", "--lettre", str(letter))
    answer = typed_apart(copy, *words)
    assert answer.returncode == 0
    assert letter.read_bytes().startswith(b"%PDF-")
    assert "● informer le fournisseur : F2026-000020" in answer.stdout


@pytest.mark.usefixtures("neighbours")
def test_the_link_with_chorus_pro_is_shown(copy: Office) -> None:
    answer = typed_apart(copy, "chorus", "etat")
    assert answer.returncode == 0
    assert "il répond" in answer.stdout
    assert "COMMUNE DE VALBRUME" in answer.stdout
    plain(answer.stdout)


@pytest.mark.usefixtures("neighbours")
def test_synchronising_finds_nothing_new_twice(copy: Office) -> None:
    for _ in range(2):
        answer = typed_apart(copy, "chorus", "synchroniser", "--depuis", "01/01/2026")
        assert answer.returncode == 0
        assert "● import : rien à faire" in answer.stdout


def test_only_the_account_of_a_refused_export_waits_for_a_call(office: Office) -> None:
    (waiting,) = json.loads(office("tiers", "iban", "liste", "--json").out)
    assert waiting["seen_in"] == "import E2026-000001"
