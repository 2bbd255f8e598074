"""What the mayor reads of a bordereau of the finance software: payroll is payroll, and nothing normal is unusual."""

from io import BytesIO
from pathlib import Path

import pytest

from dematfin.acts import book as acts
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.book import Unusual
from dematfin.domain.mandat.kind import MandatKind
from dematfin.reports.book import write
from examples import MAIRE
from fakes.exported import STAFF, Paying, exported, payroll
from fakes.hall import Hall

LOAN = Paying(number=1189, amount="900.00", kind=MandatKind.OTHER, codes=("01", "04"), tiers=STAFF, own="echeance.pdf")
REDUCTION = Paying(number=3, amount="10.00", kind=MandatKind.REDUCTION)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    (invoice,) = hall.all(Invoice)
    exported(hall, [Paying(number=1187, invoice=invoice.id), payroll(1188), LOAN], [REDUCTION])
    return hall


def page(hall: Hall, sheet: str = "COMMUNE-2026-42") -> tuple[str, tuple[str, ...]]:
    sink = BytesIO()
    missing = write(acts.book(hall.app, MAIRE, sheet), lambda _: b"jpeg", sink)
    return sink.getvalue().decode(), missing


def test_each_mandat_says_what_it_is_and_nothing_is_missing(hall: Hall) -> None:
    written, missing = page(hall)
    assert missing == ()
    assert "<small>paie</small>" in written
    assert "<small>emprunt</small>" in written
    assert "echeance.pdf (jointe par le logiciel financier)" in written
    assert written.count("Ce mandat ne paie aucune facture reçue ici") == 2
    assert written.count("aucun délai à suivre") == 2
    assert "bordereau abandonner E2026-000001" in written
    assert "bordereau ecarter" not in written


def test_only_what_refers_to_no_document_is_without_any(hall: Hall) -> None:
    unusual = acts.book(hall.app, MAIRE, "COMMUNE-2026-42").unusual
    told = [(remark.why, entry.mandat.number) for remark, entry in unusual if entry]
    assert (Unusual.NO_PIECE, 1188) in told
    assert (Unusual.NO_PIECE, 1189) not in told
    assert not {why for why, _ in told} & {Unusual.NO_ENGAGEMENT}
    assert (Unusual.BANK, 1188) not in told


def test_the_bordereaux_of_one_file_name_each_other(hall: Hall) -> None:
    written, _ = page(hall, "COMMUNE-2026-A42")
    assert "Signé en même temps que COMMUNE-2026-42" in written
    assert "(annulations et réductions)" in written


def test_payment_orders_are_called_so(hall: Hall) -> None:
    exported(hall, [Paying(number=5, kind=MandatKind.PAYMENT_ORDER)], numbers=(6,), nomfic="ORDRES006")
    written, _ = page(hall, "COMMUNE-2026-P6")
    assert "(ordres de paiement)" in written
    assert "<small>ordre de paiement</small>" in written
