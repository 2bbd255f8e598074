"""Liquidation: not a cent more than what is due, to the right creditor, on the right account."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.dgp import Dgp
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.liquidation import Basis, corrects, liquidate
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import ZERO
from dematfin.errors import PiecesMissing
from examples import CCAS, IBAN, account, engagement, invoice, tiers

CENTS = st.integers(1, 10_000_000).map(lambda cents: Decimal(cents) / 100)


def credit(number: str, ttc: str, *, of: str = "F2026-0412", key: str = "F2026-000050", **changes: object) -> Invoice:
    return invoice(number, ttc, key=key, kind=InvoiceKind.CREDIT_NOTE, origin_number=of, **changes)


def mandat(subject: Invoice, *credit_notes: Invoice) -> Mandat:
    basis = Basis(
        invoice=subject,
        credit_notes=credit_notes,
        engagement=engagement(),
        tiers=(tiers(),),
        accounts=(account(),),
        pieces=("PJ1",),
    )
    return liquidate(basis, mandat_id="M2026-000001", exercice=2026, payment_days=30)


@given(due=CENTS, notes=st.lists(CENTS, max_size=4))
def test_every_cent_of_a_mandat_comes_from_an_invoice(due: Decimal, notes: list[Decimal]) -> None:
    subject = invoice(ttc=str(due))
    credits_ = [credit(f"AV{n}", str(value), key=f"F2026-0001{n:02d}") for n, value in enumerate(notes)]
    rest = due - sum(notes, ZERO)
    if rest <= 0:
        with pytest.raises(PiecesMissing, match="rien à mandater"):
            mandat(subject, *credits_)
        return
    made = mandat(subject, *credits_)
    assert made.amount == rest == sum((line.amount for line in made.lines), ZERO)
    assert sum((share.amount for share in made.shares), ZERO) == rest
    assert made.invoice_ids == (subject.id, *(one.id for one in credits_))


def test_six_decimals_are_rounded_once_half_up() -> None:
    amounts = replace(invoice().content.amounts, ttc=Decimal("3245.685000"), payable=Decimal("3245.685000"))
    assert mandat(invoice(amounts=amounts)).amount == Decimal("3245.69")


def test_the_account_is_the_engagement_s_and_the_bank_is_the_register_s() -> None:
    made = mandat(invoice())
    assert made.lines[0].imputation == engagement().imputation
    assert made.tiers.account.iban == IBAN
    assert made.reference == "F2026-0412"
    assert made.pieces == ("PJ1",)


def test_the_delay_runs_from_the_service_fait_when_it_came_later() -> None:
    late = mandat(replace(invoice(), executed_on=date(2026, 3, 20)))
    assert late.dgp == Dgp(start=date(2026, 3, 20), days=30, deadline=date(2026, 4, 19))


def test_what_is_missing_is_named_with_its_invoice() -> None:
    basis = Basis(invoice=invoice(), engagement=None, tiers=(tiers(),), accounts=(account(),), pieces=())
    with pytest.raises(PiecesMissing, match=r"F2026-000001.*BC26-00077"):
        liquidate(basis, mandat_id="M", exercice=2026, payment_days=30)
    with pytest.raises(PiecesMissing, match=r"F2026-000001.*F00231"):
        liquidate(
            replace(basis, engagement=engagement(), tiers=(tiers(id="AUTRE"),)),
            mandat_id="M",
            exercice=2026,
            payment_days=30,
        )


def test_a_credit_note_corrects_the_invoice_that_it_names() -> None:
    subject = invoice()
    assert corrects(credit("AV1", "10"), subject)
    assert corrects(credit("AV1", "10", of="f 2026/412"), subject)


@pytest.mark.parametrize(
    "other",
    [
        credit("AV1", "10", of="F2026-0413"),
        credit("AV1", "10", of=""),
        credit("AV1", "10", siret=CCAS),
        invoice("AV1", "10", key="F2026-000050", origin_number="F2026-0412"),
    ],
    ids=["another number", "no number", "another budget", "not a credit note"],
)
def test_and_no_other(other: Invoice) -> None:
    assert not corrects(other, invoice())
