"""What an acquit says of others is told, and is no news of ours."""

from dataclasses import replace

import pytest

from dematfin.domain.mandat.answers import AckElement, Acquit
from dematfin.domain.mandat.foreign import foreign
from dematfin.domain.mandat.verdict import read_acquit
from examples import BUDGETS

BUDGET = replace(BUDGETS[0], former=("21990042000098",))
OURS = {(2026, 42)}


def told(*elements: AckElement, **header: str) -> list[str]:
    known = {"siret": BUDGET.siret, "cod_col": "142", "cod_bud": "00"} | header
    acquit = Acquit(nomfic="F1", elements=elements, **known)  # type: ignore[arg-type]
    return list(foreign(acquit, read_acquit(acquit), BUDGET, OURS))


def sheet(number: int, *, accepted: bool | None = True, year: int = 2026) -> AckElement:
    return AckElement(domain=5, accepted=accepted, bordereau=(year, number))


@pytest.mark.parametrize(
    "header", [{}, {"cod_col": ""}, {"siret": "", "cod_bud": "0"}, {"cod_col": "0142"}, {"siret": "21990042000098"}]
)
def test_an_acquit_of_ours_says_nothing_odd(header: dict[str, str]) -> None:
    assert told(sheet(42), **header) == []


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ({"siret": "26990042000010"}, "la collectivité 26990042000010"),
        ({"cod_col": "143"}, "code collectivité 143"),
        ({"cod_bud": "01"}, "code budget 01"),
    ],
)
def test_another_collectivite_is_named(header: dict[str, str], word: str) -> None:
    (remark,) = told(sheet(42), **header)
    assert word in remark
    assert "budget COMMUNE" in remark


def test_a_bordereau_that_the_flow_did_not_carry_is_named() -> None:
    remarks = told(sheet(42), sheet(43), sheet(44, accepted=False), sheet(45, accepted=None), sheet(46, year=0))
    assert [remark.split(", que")[0] for remark in remarks] == [
        "l'acquit nomme le bordereau n° 46",
        "l'acquit nomme le bordereau n° 43 de 2026",
        "l'acquit refuse le bordereau n° 44 de 2026",
        "l'acquit nomme le bordereau n° 45 de 2026",
    ]
