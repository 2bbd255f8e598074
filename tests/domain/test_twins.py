"""An acquit names a bordereau by its exercice and number: two kinds may share them, and a yes is never made up."""

from datetime import date
from decimal import Decimal

import pytest

from dematfin.domain.mandat.answers import EXPENSE, AckElement, Acquit, Anomaly
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.twins import UNTOLD, SheetVerdict, of_sheets
from dematfin.domain.mandat.verdict import read_acquit
from examples import COMMUNE

PAID, BACK, ORDERS = BordereauKind
NUMBERS = {"COMMUNE-2026-42": {1187, 1188}, "COMMUNE-2026-A42": {1187}}


def sheet(kind: BordereauKind, number: int = 42) -> Bordereau:
    return Bordereau(
        id=bordereau_id("COMMUNE", 2026, number, kind),
        siret=COMMUNE,
        exercice=2026,
        number=number,
        kind=kind,
        emitted_on=date(2026, 3, 2),
        mandats=(),
        total=Decimal(1),
        cumul=Decimal(1),
        prepared_by="service",
        editor=True,
    )


def yes(domain: int = EXPENSE) -> AckElement:
    return AckElement(domain=domain, accepted=True, bordereau=(2026, 42))


def no(*pieces: int) -> AckElement:
    anomalies = tuple(Anomaly(code="1", text="non", domain=EXPENSE, piece=one) for one in pieces or (0,))
    return AckElement(domain=EXPENSE, accepted=False, bordereau=(2026, 42), anomalies=anomalies)


def told(*elements: AckElement) -> list[str]:
    verdict = read_acquit(Acquit(nomfic="N", cod_col="142", elements=elements))
    found = of_sheets(verdict, [sheet(PAID), sheet(BACK)], NUMBERS)
    return [_word(found[key]) for key in ("COMMUNE-2026-42", "COMMUNE-2026-A42")]


def _word(one: SheetVerdict) -> str:
    return "?" if one == UNTOLD else "non" if one.refused else "oui"


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        pytest.param([yes(), yes()], ["oui", "oui"], id="one yes for each"),
        pytest.param([yes()], ["?", "?"], id="one yes for two"),
        pytest.param([yes(), yes(domain=3)], ["?", "?"], id="the yes of a signature is none of an expense"),
        pytest.param([no(1188), yes()], ["non", "oui"], id="the mandat named is of one alone"),
        pytest.param([no(1188)], ["non", "?"], id="nothing is said of the other"),
        pytest.param([no(1187), yes()], ["?", "?"], id="the mandat named may be of both"),
        pytest.param([no(), yes()], ["?", "?"], id="no mandat is named"),
        pytest.param([no(1188), no(1188), yes()], ["non", "oui"], id="refused twice"),
        pytest.param([AckElement(domain=0, accepted=False), yes()], ["non", "non"], id="the whole flow"),
    ],
)
def test_what_an_acquit_says_of_two_bordereaux_of_one_number(elements: list[AckElement], words: list[str]) -> None:
    assert told(*elements) == words


def test_a_bordereau_alone_under_its_number_is_told_as_ever() -> None:
    verdict = read_acquit(Acquit(nomfic="N", cod_col="142", elements=(yes(),)))
    found = of_sheets(verdict, [sheet(PAID), sheet(ORDERS, 43)], {})
    assert found == {"COMMUNE-2026-42": SheetVerdict(accepted=True), "COMMUNE-2026-P43": UNTOLD}
