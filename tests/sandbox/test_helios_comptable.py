"""The comptable speaks once of each mandat that was integrated: paid line by line, or rejected with its reasons."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from dematfin.domain.mandat.answers import PieceState
from dematfin.sandbox.world import Rejection
from official import OFFICIAL, needs_official
from signature.town import Town, found_town
from tdt.flows import Line, Mandat, Sheet
from tdt.office import CCAS, Office

REJECTION = Rejection(facture="F2026-0118", motifs=("02", "05"), commentaire="Il manque le bon de livraison signé")
TWO_LINES = Mandat(lines=(Line(ht="100.00", tva="20.00"), Line(number=2, nature="6156", ht="0.50")))
OTHER = Mandat(number=102, invoice="F2026-0118")
CCAS_BUDGET = (CCAS, "099042", "143", "00")


@pytest.fixture(scope="module")
def mairie(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("mairie"))


@pytest.fixture
def office(tmp_path: Path, mairie: Town) -> Iterator[Office]:
    opened = Office.open(tmp_path, mairie, rejections=(REJECTION,))
    yield opened
    opened.close()


def test_each_line_is_paid_to_the_cent(office: Office) -> None:
    office.receive(sheets=(Sheet(mandats=(TWO_LINES,)),))
    (retour,) = office.speak()
    assert (retour.siret, retour.cod_bud, retour.remarks) == ("21990042000015", "00", ())
    (piece,) = retour.pieces
    assert (piece.exercice, piece.bordereau_kind, piece.bordereau, piece.number) == (2026, "01", 12, 101)
    assert piece.state is PieceState.SETTLED
    assert piece.amount == Decimal("120.50")
    assert [one.amount for one in piece.payments] == [Decimal("120.00"), Decimal("0.50")]
    assert all(one.real and one.paid_on == piece.taken_on for one in piece.payments)


def test_a_rejected_mandat_is_told_apart_from_those_that_are_paid(office: Office) -> None:
    office.receive(sheets=(Sheet(mandats=(Mandat(), OTHER)),))
    rejected, paid = office.speak()
    assert [one.split("_")[2] for _, one, _ in office.said] == ["R", "P"]
    (piece,) = rejected.pieces
    assert (piece.number, piece.state, piece.reasons) == (102, PieceState.REJECTED, ("02", "05"))
    assert piece.comment == REJECTION.commentaire
    assert (piece.taken_on, piece.payments) == (None, ())  # before the prise en charge: its number may serve again
    assert piece.rejected_on is not None
    assert [one.number for one in paid.pieces] == [101]


def test_a_rejected_mandat_comes_back_under_its_number_and_is_paid(office: Office) -> None:
    office.receive(sheets=(Sheet(mandats=(OTHER,)),))
    office.speak()
    acquit = office.receive(sheets=(Sheet(number=13, mandats=(OTHER,)),), documents=())
    assert all(one.accepted for one in acquit.elements)
    (paid,) = office.speak()
    assert [(one.bordereau, one.number, one.state) for one in paid.pieces] == [(13, 102, PieceState.SETTLED)]


def test_nothing_is_said_of_a_bordereau_that_was_refused(office: Office) -> None:
    office.receive(sheets=(Sheet(cumul=""),))
    assert office.speak() == []


def test_each_budget_has_its_own_retour(office: Office) -> None:
    office.receive()
    office.receive(budget=CCAS_BUDGET, documents=())
    office.receive(sheets=(Sheet(number=13, mandats=(Mandat(number=102),)),), documents=())
    commune, ccas = office.speak()
    assert [(one.bordereau, one.number) for one in commune.pieces] == [(12, 101), (13, 102)]
    assert (ccas.siret, [one.number for one in ccas.pieces]) == (CCAS, [101])


def test_what_was_said_is_not_said_again(office: Office, tmp_path: Path) -> None:
    office.receive()
    assert len(office.speak()) == 1
    assert office.speak() == []
    office.close()
    reopened = Office.open(tmp_path, office.town)
    assert reopened.speak() == []
    reopened.close()


def test_what_could_not_be_delivered_is_said_again(office: Office) -> None:
    """The TdT was killed at that moment: no mandat may be forgotten, none rejected twice."""
    office.receive(sheets=(Sheet(mandats=(Mandat(), OTHER)),))

    def fall(*_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        office.comptable.retours(fall)
    assert [[one.number for one in retour.pieces] for retour in office.speak()] == [[102], [101]]


def test_the_comptable_takes_his_time(tmp_path: Path, mairie: Town) -> None:
    office = Office.open(tmp_path, mairie, delay=3600)
    office.receive()
    assert office.speak() == []
    office.close()


@needs_official
def test_every_retour_is_valid(office: Office) -> None:
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd/pes/v5.17/PES_V2/RETOUR/Rev0/PES_Retour.xsd"))
    office.receive(sheets=(Sheet(mandats=(TWO_LINES, OTHER)),))
    office.receive(budget=CCAS_BUDGET, documents=())
    office.speak()
    assert len(office.said) == 3
    for siret, name, data in office.said:
        root = etree.fromstring(data)
        schema.assertValid(root)
        assert root.find("EnTetePES/IdColl").get("V") == siret
        assert root.find("Enveloppe/Parametres/NomFic").get("V") == name
