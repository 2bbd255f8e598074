"""What Hélios posts in Chorus Pro and what we know of a mandat: each difference has a name, a danger is told."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.figures.alerts import alerts
from dematfin.domain.figures.coherence import GRACE, gaps
from dematfin.domain.finding import Severity
from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import MandatState
from domain.flights import MONDAY, holdings
from examples import invoice, mandat

M = MandatState
TODAY = date(2026, 5, 4)
INVOICE = replace(invoice(), state=InvoiceState.TO_PAY)
ROAD = ("SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT")
AGREES = {
    M.PREPARED: {"SERVICE_FAIT", "MANDATEE"},
    M.IN_BORDEREAU: {"SERVICE_FAIT", "MANDATEE"},
    M.SENT: set(ROAD[1:4]),
    M.REFUSED_AT_GATE: {"MANDATEE"},
    M.TAKEN_IN_CHARGE: set(ROAD[1:]),
    M.ON_HOLD: set(ROAD[1:4]),
    M.PARTLY_PAID: set(ROAD[1:]),
    M.REJECTED: set(ROAD[1:4]),
    M.PAID: set(ROAD[1:]),
    M.CANCELLED: {"SERVICE_FAIT"},
}
"""What Chorus Pro may show without any difference, on the day when a mandat comes to a state."""


def found(
    status: str, state: MandatState, today: date = TODAY, *, again: bool = False, **changes: Any
) -> dict[str, Severity]:
    one = mandat(state=state, **changes)
    shown, reissued = replace(INVOICE, remote_status=status), (one.id,) if again else ()
    return {gap.code: gap.severity for gap in gaps(shown, (one,), today, reissued=reissued)}


@pytest.mark.parametrize("state", list(M))
@pytest.mark.parametrize("status", ROAD)
def test_each_pair_is_either_in_order_or_named(state: MandatState, status: str) -> None:
    assert bool(found(status, state, paid_on=TODAY)) is (status not in AGREES[state])


@pytest.mark.parametrize("status", ROAD[2:])
@pytest.mark.parametrize("state", [M.PREPARED, M.IN_BORDEREAU, M.REFUSED_AT_GATE])
def test_a_mandat_of_somebody_else_stops_everything(state: MandatState, status: str) -> None:
    assert found(status, state) == {"CHORUS-AUTRE-MANDAT": Severity.BLOCKING}


def test_a_payment_of_what_was_rejected_stops_its_reissue() -> None:
    stop = {"CHORUS-PAYEE-REJETEE": Severity.BLOCKING}
    assert found("MISE_EN_PAIEMENT", M.REJECTED) == stop
    for state in (M.PREPARED, M.IN_BORDEREAU, M.REFUSED_AT_GATE):
        assert found("MISE_EN_PAIEMENT", state, again=True) == stop


def test_what_a_reissue_leaves_behind_is_a_known_difference() -> None:
    known = {"CHORUS-ECART-CONNU": Severity.INFO}
    for state in (M.PREPARED, M.IN_BORDEREAU, M.REFUSED_AT_GATE):
        assert found("MISE_A_DISPOSITION_COMPTABLE", state, again=True) == known
    assert found("COMPTABILISEE", M.TAKEN_IN_CHARGE, burnt=(1100,)) == known
    assert found("SERVICE_FAIT", M.SENT) == known


def test_a_payment_that_is_not_posted_is_told_once_it_is_late() -> None:
    later = TODAY + GRACE + timedelta(days=1)
    assert found("COMPTABILISEE", M.PAID, later, paid_on=TODAY) == {"CHORUS-ECART-CONNU": Severity.INFO}
    shown = replace(INVOICE, remote_status="COMPTABILISEE")
    paid = mandat(state=M.PAID, paid_on=TODAY)
    assert not gaps(shown, (paid,), later, payments_untold=True)


@given(
    st.sampled_from(list(M)), st.sampled_from([*ROAD, "", "STATUT_DE_2031", "REJETEE"]), st.sampled_from([(), (1100,)])
)
def test_each_sentence_names_its_invoice_and_says_what_to_do(
    state: MandatState, status: str, burnt: tuple[int, ...]
) -> None:
    one = mandat(state=state, burnt=burnt)
    for gap in gaps(replace(INVOICE, remote_status=status), (one,), TODAY, reissued=(one.id,) if burnt else ()):
        assert gap.sentence.startswith(f"Facture {INVOICE.id} : ")
        assert gap.sentence.endswith(("Voyez d'abord avec le comptable.", "Rien à faire."))
        assert "_" not in gap.sentence


def test_paper_and_what_has_no_mandat_is_not_compared() -> None:
    paper = replace(INVOICE, origin=Origin.SCAN, remote_status="MISE_EN_PAIEMENT")
    assert not gaps(paper, (mandat(state=M.REJECTED),), TODAY)
    assert not gaps(replace(INVOICE, remote_status="MISE_EN_PAIEMENT"), (), TODAY)


@pytest.mark.parametrize("state", [M.REJECTED, M.REFUSED_AT_GATE])
def test_what_must_not_be_sent_again_is_told_once_loudly_and_never_told_to_be_sent(state: M) -> None:
    shown = replace(INVOICE, remote_status="MISE_EN_PAIEMENT")
    back = mandat(state=state, reason="pièces insuffisantes")
    (alert,) = alerts(holdings((), (back,), invoices=(shown,)), MONDAY)
    assert alert.startswith(f"URGENT. Facture {INVOICE.id} : Chorus Pro la montre")
    assert "puis" not in alert
    (usual,) = alerts(holdings((), (back,), invoices=(replace(shown, remote_status="MANDATEE"),)), MONDAY)
    assert usual.startswith(f"Mandat {back.id}")


def test_a_rejected_mandat_that_was_cancelled_since_is_no_alarm_for_ever() -> None:
    assert found("MISE_EN_PAIEMENT", M.CANCELLED) == {"CHORUS-PAYEE-ANNULEE": Severity.WARNING}
    assert found("MISE_EN_PAIEMENT", M.CANCELLED, rejected_on=TODAY) == {"CHORUS-ECART-CONNU": Severity.INFO}
