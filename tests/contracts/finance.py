"""What every finance software must do for the registers."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from dematfin.domain.parties.tiers import Address, Tiers
from dematfin.domain.registers import Credit, Engagement, Imputation
from dematfin.ports.finance import FinanceSoftware
from examples import COMMUNE, engagement, tiers

Row = Engagement | Tiers | Credit
Export = Callable[[Sequence[Row], int], tuple[FinanceSoftware, Path]]
"""Makes a finance software that exports records of one kind, then so many wrong rows; and the file."""

WORKS = Imputation(nature="2151", fonction="845", operation="12", investment=True, chapter="21")
ENGAGEMENTS = (
    engagement("BC1", left=Decimal("12.30"), marche="2025-17"),
    engagement("BC2", amount=Decimal("0.01"), open=False, imputation=WORKS),
)
TIERS = (
    tiers(),
    tiers(id="F2", name="A ; « B »", complement="Site du lac"),
    tiers(id="F3", category="01", legal_nature="02", civility="Mme", first_name="Ana"),
    tiers(
        id="F4",
        identifier="ATU12345678",
        identifier_kind="05",
        siren="ATU12345678",
        address=Address(line2="Musterstraße 1", postcode="99999", town="10115 BERLIN", country="109"),
    ),
)
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
    """Inherit and give an `export` fixture."""

    def test_engagements_come_back_whole_and_in_order(self, export: Export) -> None:
        software, source = export(ENGAGEMENTS, 0)
        assert software.engagements(source) == (ENGAGEMENTS, ())

    def test_tiers_come_back_whole_and_in_order(self, export: Export) -> None:
        software, source = export(TIERS, 0)
        assert software.tiers(source) == (TIERS, ())

    def test_credits_come_back_whole_and_in_order(self, export: Export) -> None:
        software, source = export(CREDITS, 0)
        assert software.credits(source) == (CREDITS, ())

    def test_wrong_rows_are_told_by_their_file_and_line_and_stop_nothing(self, export: Export) -> None:
        software, source = export(ENGAGEMENTS, 2)
        records, problems = software.engagements(source)
        assert records == ENGAGEMENTS
        assert [problem.partition(" : ")[0] for problem in problems] == [
            f"{source.name}, ligne {len(ENGAGEMENTS) + 2}",
            f"{source.name}, ligne {len(ENGAGEMENTS) + 3}",
        ]
