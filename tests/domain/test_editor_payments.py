"""What a retour says of mandats that pay no invoice, or put in order what was paid: settled, and nothing odd in it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dematfin.domain.mandat.answers import PieceState, RetourPiece
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.mandat.standing import told
from dematfin.domain.mandat.told import after_retour
from dematfin.domain.mandat.verdict import read_retour
from dematfin.domain.money import ZERO
from examples import mandat

SETTLED = RetourPiece(
    exercice=2026, bordereau_kind="01", bordereau=42, number=1187, state=PieceState.SETTLED, amount=Decimal("120.00")
)
ENTRY = mandat(editor=True, kind=MandatKind.OTHER, codes=("03", "01"), shares=(), dgp=None, state=MandatState.SENT)


@pytest.mark.parametrize("kind", [MandatKind.OTHER, MandatKind.PAYMENT_ORDER])
def test_an_entry_is_settled_without_any_payment(kind: MandatKind) -> None:
    sent = replace(ENTRY, kind=kind)
    after = after_retour(sent, read_retour(sent, SETTLED), SETTLED)
    assert (after.state, after.paid, after.doubt) == (MandatState.PAID, ZERO, "")
    assert told(after) == "Soldé par le comptable, sans versement."
    assert after_retour(after, read_retour(after, SETTLED), SETTLED) == after


def test_what_pays_an_invoice_is_odd_without_any_payment() -> None:
    for sent in (
        mandat(editor=True, state=MandatState.SENT),
        replace(ENTRY, shares=mandat().shares),
        mandat(state=MandatState.SENT, kind=MandatKind.AFTER_PAYMENT),
    ):
        assert read_retour(sent, SETTLED).odd


def test_what_was_paid_before_is_paid_though_no_day_is_told() -> None:
    sent = mandat(editor=True, kind=MandatKind.AFTER_PAYMENT, state=MandatState.SENT)
    after = after_retour(sent, read_retour(sent, SETTLED), SETTLED)
    assert (after.state, after.paid, after.doubt) == (MandatState.PAID, sent.amount, "")
    assert after_retour(after, read_retour(after, SETTLED), SETTLED) == after
