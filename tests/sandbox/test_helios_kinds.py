"""The gate asks of each kind of mandat what the annotations say, and of late documents the mandat they follow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dematfin.domain.mandat.flux import FlowPlan
from pes.cases import BLOBS, CASES
from pes.plans import write
from signature.town import Town, found_town
from tdt.office import Office

FIRST = "219900420000152026DEPENSE00000001"


@pytest.fixture(scope="module")
def mairie(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("mairie"))


@pytest.fixture
def office(tmp_path: Path, mairie: Town) -> Iterator[Office]:
    """Return an office that has integrated mandat 1187."""
    opened = Office.open(tmp_path, mairie)
    assert reasons(opened, CASES["simple"]) == set()
    yield opened
    opened.close()


def reasons(office: Office, case: FlowPlan, *changes: tuple[str, str]) -> set[str]:
    """Send a flow, bent and under a name of its own, and return why something of it is refused."""
    path = office.folder / "flux.xml"
    write(case, BLOBS, path)
    office.written += 1
    text = path.read_text("iso-8859-1").replace(f"{case.nomfic}", f"{case.nomfic}_{office.written}")
    for old, new in changes:
        bent = re.sub(old, new, text, flags=re.DOTALL)
        assert bent != text, old
        text = bent
    path.write_text(text, "iso-8859-1")
    answer = office.answer(office.town.sign(path) if case.sheets else path)
    return {one.text for element in answer.elements for one in element.anomalies}


ALONE = (("<PES_PJ>.*</PES_PJ>", ""),)
"""Its document is there already."""
WRONG = {
    "no origin": ("<RattachPiece>.*?</RattachPiece>", "", "RattachPiece absent ou incomplet"),
    "no line": ('<IdLigneOrig V="1"/>', "", "RattachPiece absent ou incomplet"),
    "another nature": ('NatPceOrig V="01"', 'NatPceOrig V="03"', "RattachPiece absent ou incomplet"),
    "another year": ('ExerRat V="2026"', 'ExerRat V="2025"', "Exercice de la pièce d'origine incorrect"),
    "unknown": ('IdPceOrig V="1187"', 'IdPceOrig V="7"', "Le mandat d'origine 7 est inconnu"),
    "another combination": ('NatPce V="06"', 'NatPce V="07"', "Combinaison 02/02/07 interdite"),
    "no account": ("<CpteBancaire>.*?</CpteBancaire>", "", "Compte bancaire absent pour un virement"),
    "an account": ('ModRegl V="03"', 'ModRegl V="08"', "Compte bancaire interdit avec le mode de règlement 08"),
}


@pytest.mark.parametrize(("old", "new", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_reduction_names_what_it_takes_back(office: Office, old: str, new: str, words: str) -> None:
    assert reasons(office, CASES["reduction"], *ALONE, (old, new)) == {words}
    assert reasons(office, CASES["reduction"], *ALONE) == set()


def test_a_reduction_has_numbers_of_its_own_and_no_money_goes_out(office: Office) -> None:
    assert reasons(office, CASES["reduction"], *ALONE, ('<IdPce V="12"/>', '<IdPce V="1187"/>')) == set()
    (retour,) = office.speak()
    paid = {piece.bordereau_kind: any(one.real for one in piece.payments) for piece in retour.pieces}
    assert paid == {"01": True, "02": False}


def test_late_documents_follow_a_mandat_that_is_there(office: Office) -> None:
    renamed = (FIRST, f"{FIRST}B")
    case = CASES["pieces-seules"]
    assert reasons(office, case, renamed, ('Identifiant V="1187"', 'Identifiant V="9"')) == {
        "La pièce 9 de RefCompta est inconnue"
    }
    assert reasons(office, case, renamed, ('<Identifiant V="1187"/>', "")) == {
        "RefCompta ne dit pas le numéro de la pièce"
    }
    assert reasons(office, case, renamed, ('TypePJ V="003"', 'TypePJ V="002"')) == {
        "TypePJ 002 ne va pas avec le domaine 01"
    }
    assert reasons(office, case, renamed) == set()
    assert reasons(office, case, renamed) == {"1984 - L'identifiant unique de la PJ a déjà été intégré dans HELIOS"}


def test_what_was_paid_before_is_taken(office: Office) -> None:
    assert reasons(office, CASES["apres-paiement"], *ALONE, ('IdBord V="42"', 'IdBord V="43"')) == set()
