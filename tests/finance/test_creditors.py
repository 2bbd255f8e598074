"""Creditors of every kind, French or not, as rows say them; what Hélios would reject is told at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.invoice.content import Supplier, supplier_of
from dematfin.domain.parties.identity import CHORUS, LABELS, checked, firm
from dematfin.domain.parties.tiers import Tiers
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.finance.settings import FinanceSettings
from examples import BUDGETS, IBAN, SUPPLIER

GERMAN = "DE89370400440532013000"
SIREN = SUPPLIER[:9]
ROW = {
    "reference": "F00900",
    "nom": "MUSTERMANN GMBH",
    "type_identifiant": "tva",
    "identifiant": "ATU 12 345 678",
    "categorie": "",
    "nature_juridique": "",
    "civilite": "",
    "prenom": "",
    "complement_nom": "Filiale Ost",
    "adresse": "Musterstraße 1",
    "code_postal": "10115",
    "ville": "BERLIN",
    "pays": "109",
    "iban": GERMAN,
    "bic": "TESTDEFFXXX",
}
FRENCH = {
    "pays": "",
    "code_postal": "99000",
    "ville": "ESSAIVILLE",
    "iban": IBAN,
    "bic": "",
    "type_identifiant": "",
    "identifiant": SUPPLIER,
}
PERSON = {**FRENCH, "categorie": "1", "nature_juridique": "1", "civilite": "Mme", "prenom": "Ana", "identifiant": ""}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "tiers.csv"


def read(source: Path, cells: dict[str, str], *pairs: str) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
    row = ROW | cells
    source.write_text(f"{';'.join(row)}\n{';'.join(row.values())}\n", encoding="utf-8")
    settings = FinanceSettings(paires_tiers=pairs) if pairs else FinanceSettings()
    return CsvFinanceSoftware(BUDGETS, settings).tiers(source)


def test_a_foreign_supplier_needs_no_siret(source: Path) -> None:
    ((one,), problems) = read(source, {})
    assert problems == ()
    assert (one.identifier, one.identifier_kind, one.siren) == ("ATU12345678", "05", "ATU12345678")
    assert (one.address.postcode, one.address.town, one.address.country) == ("99999", "10115 BERLIN", "109")
    assert (one.complement, one.account.bic) == ("Filiale Ost", "TESTDEFFXXX")


def test_a_person_has_a_first_name_and_may_have_no_number(source: Path) -> None:
    ((one,), problems) = read(source, PERSON)
    assert problems == ()
    assert (one.category, one.legal_nature, one.civility, one.first_name) == ("01", "01", "Mme", "Ana")
    assert (one.identifier, one.siren) == ("", "TIERS:F00900")


@pytest.mark.parametrize(
    ("kind", "identifier", "kept", "key"),
    [
        ("", SUPPLIER, SUPPLIER, SIREN),
        ("siren", "910 987 650", "910987650", SIREN),
        ("2", "910987650", "910987650", SIREN),
        ("finess", "910987650", "910987650", "FINESS:910987650"),
        ("finess", "2A0001234", "2A0001234", "2A0001234"),
        ("Hors UE", "CH MUSTER AG", "CHMUSTERAG", "CHMUSTERAG"),
        ("tahiti", "012345678", "012345678", "TAHITI:012345678"),
        ("RIDET", "0123456789", "0123456789", "RIDET:0123456789"),
        ("en cours d'immatriculation", "", "", "TIERS:F00900"),
        ("frwf", "FRWF12", "FRWF12", "FRWF12"),
    ],
)
def test_each_kind_of_number_is_taken_and_none_passes_for_a_siren(
    source: Path, kind: str, identifier: str, kept: str, key: str
) -> None:
    ((one,), problems) = read(source, FRENCH | {"type_identifiant": kind, "identifiant": identifier})
    assert problems == ()
    assert (one.identifier, one.siren) == (kept, key)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"identifiant": "123456789"}, "identifiant TVA « 123456789 » invalide"),
        ({"type_identifiant": "siren", "identifiant": "910987651"}, "SIREN « 910987651 » invalide"),
        ({"type_identifiant": "finess", "identifiant": "910987651"}, "FINESS"),
        ({"type_identifiant": "ridet", "identifiant": "12345"}, "9 ou 10 chiffres"),
        ({"type_identifiant": "frwf", "identifiant": "12345"}, "FRWF puis"),
        ({"type_identifiant": "13"}, "type d'identifiant « 13 » inconnu"),
        ({"type_identifiant": "nfp", "identifiant": "1" * 13}, "personne physique"),
        ({"type_identifiant": ""}, "SIRET invalide"),
        ({"identifiant": ""}, "colonne vide : identifiant"),
        ({"bic": ""}, "à l'étranger : son bic est obligatoire"),
        ({"bic": "FAUX"}, "bic « FAUX »"),
        ({"pays": "Allemagne"}, "pays « Allemagne »"),
        ({"pays": "", "code_postal": "99999"}, "99999 sans pays"),
        ({"pays": ""}, ""),
        ({"prenom": "Ana"}, "réservés aux personnes physiques"),
        ({"categorie": "01", "nature_juridique": "01"}, "une civilite et un prenom"),
        ({"categorie": "22", "nature_juridique": "06"}, "ajoutez « 22/06 » à paires_tiers"),
        ({"categorie": "51"}, "categorie « 51 »"),
        ({"nature_juridique": "12"}, "nature_juridique « 12 »"),
    ],
)
def test_what_helios_would_reject_is_told_with_its_line(source: Path, cells: dict[str, str], words: str) -> None:
    records, problems = read(source, cells)
    if not words:
        assert (records[0].address.country, problems) == ("", ())
        return
    assert records == ()
    assert problems[0].startswith("tiers.csv, ligne 2 : ")
    assert words in problems[0]


def test_the_pairs_of_the_configuration_replace_ours(source: Path) -> None:
    assert read(source, {"categorie": "22", "nature_juridique": "06"}, "22/06")[1] == ()
    assert "50/03" in read(source, {}, "22/06")[1][0]


@given(
    kind=st.sampled_from(sorted(set(LABELS) - {"01", "02"})), number=st.from_regex("[0-9]{9}|[0-9]{14}", fullmatch=True)
)
def test_no_number_of_another_kind_is_the_key_of_a_firm_with_a_siren(kind: str, number: str) -> None:
    assert firm(kind, number) != firm("01", number)
    assert not firm(kind, number)[:9].isdigit()


@given(st.sampled_from(sorted(CHORUS)), st.text(min_size=1, max_size=18))
def test_chorus_and_the_register_give_one_key(kind: str, number: str) -> None:
    assert firm(kind, number) == firm(CHORUS[kind], number)


def test_firms_whose_names_have_no_latin_letter_are_not_one() -> None:
    assert firm("3", "JP日本商事") != firm("3", "JP株式会社")


def test_a_supplier_on_paper_is_the_firm_of_its_creditor(source: Path) -> None:
    for cells in ({}, PERSON, FRENCH, FRENCH | {"type_identifiant": "ridet", "identifiant": "012345678"}):
        ((one,), _) = read(source, cells)
        written = supplier_of(one, one.account.iban)
        assert isinstance(written, Supplier)
        assert written.siren == one.siren


def test_a_nir_has_its_key() -> None:
    assert checked("04", "2 69 05 49 588 157 80") == "269054958815780"
    with pytest.raises(ValueError, match="NIR"):
        checked("04", "269054958815781")
