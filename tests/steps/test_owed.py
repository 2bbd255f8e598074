"""What has gone to the supplier already is in stock, and costs nothing more: no risk, no interest on it."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from dematfin.acts import after_payment, figures
from dematfin.acts.after_payment import Paid
from dematfin.domain.report.period import period
from dematfin.domain.report.table import Table
from dematfin.domain.tally.stage import Stage
from examples import AGENT
from fakes.hall import Hall
from fakes.tdt import FakeTdt
from steps.counted import life, recounted, stages

FIRST: Final = "F2026-000001"
RATES: Final = {"2026-S1": Decimal(10)}
D = Decimal


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path, rates=RATES)


def tables(hall: Hall) -> dict[str, Table]:
    return {one.key: one for one in figures.report(hall.app, AGENT, period("2026-05")).tables}


def total(table: Table) -> dict[str, Any]:
    assert table.total
    return dict(zip((one.key for one in table.columns), table.total, strict=True))


def test_what_was_paid_by_itself_waits_for_its_mandat_and_for_nothing_else(hall: Hall) -> None:
    hall.deposit("3650.00", "120.00")
    hall.day()
    after_payment.settled(hall.app, AGENT, FIRST, hall.clock.today(), Paid.PRELEVEMENT)
    hall.clock.advance(days=71)  # long after their last day, 1 April
    told = tables(hall)
    assert [(one.ttc, one.owed) for one in life(hall, FIRST)][-1] == (D("3650.00"), D(0))
    assert total(told["stock"])["factures"] == 2
    risk = total(told["a-risque"])
    assert (risk["en_retard"], risk["ttc_en_retard"], risk["deja_payees"], risk["factures"]) == (1, D("120.00"), 1, 2)
    assert [row[0] for row in told["interets-provision"].rows] == ["F2026-000002"]
    assert total(told["visas-attendus"])["delai_depasse"] == 1
    assert total(told["cout"])["deja_tardives"] == 1
    after_payment.not_settled(hall.app, AGENT, FIRST, "Le prélèvement est revenu impayé.")
    assert total(tables(hall)["a-risque"])["ttc_en_retard"] == D("3770.00")


class PayingInPart(FakeTdt):
    """The comptable has paid fifty euros of each mandat, and says it again in each retour."""

    paid = "50.00"

    def _piece(self, number: int, amount: str) -> str:
        line = f'<BlocLignePiece><InfoLignePiece><MtHT V="{amount}"/></InfoLignePiece></BlocLignePiece>'
        day = f'<OrgEma V="01"/><DtePay V="2026-03-30"/><MtPay V="{self.paid}"/>'
        info = f'<InfoPiece><IdPce V="{number}"/><EtatPce V="02"/></InfoPiece>'
        return f"<Piece>{info}<LigneDePiece>{line}<PaiementEmargement>{day}</PaiementEmargement></LigneDePiece></Piece>"


def test_interest_runs_on_what_is_left_after_a_payment_in_part(hall: Hall, tmp_path: Path) -> None:
    tdt = PayingInPart(folder=tmp_path)
    hall.tdt = tdt
    hall.app.transmitter.port = tdt  # type: ignore[attr-defined]
    hall.to_sign("120.00")
    hall.sign()
    hall.clock.advance(days=1)
    hall.day()
    hall.clock.advance(days=70)
    assert stages(hall, FIRST)[-1] is Stage.PARTLY_PAID
    told = tables(hall)
    assert total(told["stock"])["ttc"] == D("120.00")
    (line,) = told["interets-provision"].rows
    late = (hall.clock.today() - date(2026, 4, 1)).days
    assert line[6:8] == (D("70.00"), late)
    assert line[9] == (D(70) * 10 * late / 36500).quantize(D("0.01"))
    assert total(told["a-risque"])["ttc_en_retard"] == D("70.00")
    tdt.paid = "60.00"  # ten euros more
    tdt.unread["1"] = tdt._retour("1")  # the comptable answers again
    hall.day()
    owed = [one.owed for one in life(hall, FIRST) if one.stage is Stage.PARTLY_PAID]
    assert owed == [D("70.00"), D("60.00")]
    for page in (1, 3):
        recounted(hall, page)
        assert [one.owed for one in life(hall, FIRST) if one.stage is Stage.PARTLY_PAID] == owed
