"""What a signature is said to order: to pay, or to take back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.bordereau import Bordereau, order
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.notice import notice

PAYS = Bordereau(
    id="COMMUNE-2026-42",
    siret="21990042000015",
    exercice=2026,
    number=42,
    emitted_on=date(2026, 3, 2),
    mandats=("M2026-000001",),
    total=Decimal("120.00"),
    cumul=Decimal("120.00"),
    prepared_by="claire",
)
TAKES_BACK = replace(PAYS, id="COMMUNE-2026-A3", number=3, kind=BordereauKind.REDUCTION, total=Decimal("20.00"))
FILE = DocumentRef(sha256="0" * 64, size=10)


def test_what_is_taken_back_is_not_said_to_be_paid() -> None:
    said = order([PAYS, TAKES_BACK]).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "ordonner de payer 120,00 € et retirer 20,00 € de mandats déjà émis"
    flux = Flux(id="F", siret=PAYS.siret, bordereaux=(TAKES_BACK.id,), pieces=(), unsigned=FILE)
    told = notice(flux, [(TAKES_BACK, 1)])
    assert "c'est retirer 20,00\N{NO-BREAK SPACE}€ de mandats déjà émis" in told
    assert "payer" not in told
