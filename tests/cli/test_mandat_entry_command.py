"""`mandat saisir` as an agent types it, on a real ledger: refused clearly, rehearsed, made, shown, followed."""

from pathlib import Path

import pytest

from cli.office import Answer, Office, plain
from dematfin.domain.mandat.mandat import Mandat, MandatState

TILL = ("--type", "regie", "--regie", "R042", "--objet", "Régie Ludothèque, mars", "--mode", "numeraire")


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "regie.pdf"
    file.write_bytes(b"%PDF-1.7\n%%EOF\n")
    return file


def saisir(office: Office, paper: Path, *more: str, montant: str = "84,20") -> Answer:
    with office.opened() as app, app.ledger.reading() as books:
        creditor = books.find(Mandat)[0].tiers.id
    usual = ("--budget", "COMMUNE", "--tiers", creditor, "--montant", montant, "--nature", "6236", "--fonction", "30")
    return office("mandat", "saisir", *usual, "--piece", str(paper), "--nature-piece", "etat_regie", *more)


def last(office: Office) -> Mandat:
    with office.opened() as app, app.ledger.reading() as books:
        return max(books.find(Mandat), key=lambda one: one.id)


def test_it_is_rehearsed_made_shown_and_asked_about_when_typed_twice(copy: Office, paper: Path) -> None:
    copy.widen(160)
    before = last(copy)
    said = (*TILL, "--paye-le", "01/03/2026")
    tried = saisir(copy, paper, *said, "--essai")
    assert (tried.code, "Essai, rien n'est fait" in tried.out, last(copy)) == (0, True, before), tried.err
    grant = saisir(copy, paper, "--type", "subvention", "--objet", "Club de judo", "--essai")
    assert "! il manquerait la délibération qui accorde la subvention." in grant.out
    done = saisir(copy, paper, *said)
    assert done.code == 0, done.err
    made = last(copy)
    assert (made.state, made.triplet, made.regie) == (MandatState.PREPARED, ("01", "05", "05"), "R042")
    assert f"Mandat {made.id} : 84,20 €" in done.out
    seen = copy("mandat", "voir", made.id)
    assert "sans facture, régie d'avances, régie n° R042" in seen.out
    assert f"Mandat {made.id}" in copy("suivi", made.id).out
    assert "après paiement, sans facture, préparé" in copy("mandat", "liste").out
    again = saisir(copy, paper, *said)
    assert (again.code, f"{made.id} demande déjà" in again.err) == (3, True)
    assert saisir(copy, paper, *said, "--confirme").code == 0
    plain(tried.out + done.out + seen.out + again.err)


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ((*TILL, "--piece", "autre.pdf"), 2, "nature de chaque pièce"),
        ((*TILL, "--ligne", "compte=1"), 2, "champ=valeur"),
        (("--type", "don", "--objet", "x"), 2, "subvention"),
        (("--type", "regie", "--objet", "x"), 3, "--regie"),
        (TILL, 3, "01/01/05"),
        ((*TILL[:-2], "--paye-le", "01/03/2026", "--mode", "virement"), 3, "une seconde fois"),
    ],
)
def test_what_is_typed_wrong_is_told_in_french(
    office: Office, paper: Path, more: tuple[str, ...], code: int, words: str
) -> None:
    answer = saisir(office, paper, *more)
    assert (answer.code, words in answer.err) == (code, True), answer.err
    plain(answer.err)


@pytest.mark.parametrize("montant", ["dix", "1,234", "0", "-5"])
def test_an_amount_is_a_number_of_cents_above_zero(office: Office, paper: Path, montant: str) -> None:
    answer = saisir(office, paper, *TILL, montant=montant)
    assert answer.code in {2, 3}
    assert "montant" in answer.err
    plain(answer.err)
