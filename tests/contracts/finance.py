"""What every finance software must do for the registers."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement, Imputation
from dematfin.errors import DocumentError
from dematfin.ports.finance import FinanceSoftware
from examples import COMMUNE, engagement, tiers

Lay = Callable[[Sequence[Engagement | Tiers | Credit], int], Path]
"""Writes an export of records of one kind, with so many wrong rows at its end."""

ENGAGEMENTS = (
    engagement("BC1", left=Decimal("12.30"), marche="2025-17"),
    engagement(
        "BC2",
        amount=Decimal("0.01"),
        open=False,
        imputation=Imputation(nature="2151", fonction="845", operation="12", investment=True, chapter="21"),
    ),
)
TIERS = (tiers(), tiers(id="F2", name="A ; « B »"))
CREDITS = tuple(
    Credit(
        id=f"{COMMUNE}:2026:{'I' if investment else 'F'}:{chapter}",
        siret=COMMUNE,
        exercice=2026,
        chapter=chapter,
        investment=investment,
        available=Decimal(available),
    )
    for chapter, investment, available in (("011", False, "1234.50"), ("21", True, "-5.00"))
)


class FinanceContract:
    """Inherit and give a `software` and a `lay` fixture."""

    def test_engagements_come_back_whole_and_in_order(self, software: FinanceSoftware, lay: Lay) -> None:
        assert software.engagements(lay(ENGAGEMENTS, 0)) == (ENGAGEMENTS, ())

    def test_tiers_come_back_whole_and_in_order(self, software: FinanceSoftware, lay: Lay) -> None:
        assert software.tiers(lay(TIERS, 0)) == (TIERS, ())

    def test_credits_come_back_whole_and_in_order(self, software: FinanceSoftware, lay: Lay) -> None:
        assert software.credits(lay(CREDITS, 0)) == (CREDITS, ())

    def test_a_wrong_row_is_told_by_its_file_and_line_and_stops_nothing(
        self, software: FinanceSoftware, lay: Lay
    ) -> None:
        source = lay(ENGAGEMENTS, 1)
        records, (problem,) = software.engagements(source)
        assert records == ENGAGEMENTS
        assert problem.startswith(f"{source.name}, ligne {len(ENGAGEMENTS) + 2} : ")

    def test_an_absent_file_is_named(self, software: FinanceSoftware, tmp_path: Path) -> None:
        for read in (software.engagements, software.tiers, software.credits):
            with pytest.raises(DocumentError, match=r"absent\.csv"):
                read(tmp_path / "absent.csv")
