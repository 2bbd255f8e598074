"""What the DGFiP's answers make of a flow and of a mandat, and under which number it goes again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.mandat.answers import AckElement, Acquit, Anomaly, Payment, PieceState, RetourPiece
from dematfin.domain.mandat.flux import AcquitSummary
from dematfin.domain.mandat.liquidation import Basis, liquidate
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reissue import again, rejected
from dematfin.domain.mandat.verdict import FlowVerdict, read_acquit, read_retour
from dematfin.errors import IllegalTransition
from examples import account, engagement, invoice, tiers

REASON = Anomaly(code="1971", text="Compte fonction présent à tort")


def acquit(*elements: AckElement) -> FlowVerdict:
    return read_acquit(Acquit(nomfic="FLUX", cod_col="142", elements=elements))


def bordereau(number: int, *, accepted: bool = True) -> AckElement:
    reasons = () if accepted else (REASON,)
    return AckElement(domain=5, accepted=accepted, bordereau=(2026, number), anomalies=reasons)


def test_each_bordereau_has_its_own_verdict() -> None:
    verdict = acquit(bordereau(42), bordereau(43, accepted=False))
    assert verdict.accepted == {(2026, 42)}
    assert verdict.refused == {(2026, 43): (REASON,)}
    assert verdict.summary is AcquitSummary.PARTLY


def test_one_refusal_among_several_mentions_refuses_a_bordereau() -> None:
    for elements in ((bordereau(42), bordereau(42, accepted=False)), (bordereau(42, accepted=False), bordereau(42))):
        verdict = acquit(*elements)
        assert verdict.accepted == frozenset()
        assert verdict.summary is AcquitSummary.REFUSED


@pytest.mark.parametrize("domain", [0, 1, 2, 99])
def test_a_technical_refusal_hits_the_whole_flow(domain: int) -> None:
    verdict = acquit(AckElement(domain=domain, accepted=False), bordereau(42))
    assert verdict.summary is AcquitSummary.REFUSED
    assert verdict.whole


def test_a_refused_piece_leaves_its_bordereau_accepted() -> None:
    piece = AckElement(domain=4, accepted=False, piece_id="PJ1", anomalies=(REASON,))
    verdict = acquit(bordereau(42), piece, replace(piece, piece_id="PJ2", accepted=True))
    assert verdict.pieces_refused == {"PJ1": (REASON,)}
    assert verdict.pieces_accepted == {"PJ2"}
    assert verdict.accepted == {(2026, 42)}
    assert verdict.summary is AcquitSummary.PARTLY


def sent(state: MandatState = MandatState.SENT, ttc: str = "120.00") -> Mandat:
    basis = Basis(
        invoice=invoice(ttc=ttc),
        engagement=engagement(),
        tiers=(tiers(),),
        accounts=(account(),),
        pieces=("PJ1",),
    )
    made = liquidate(basis, mandat_id="M2026-000001", exercice=2026, payment_days=30)
    return replace(made, state=state, number=1187, bordereau="COMMUNE-2026-42")


def piece(state: PieceState, *payments: tuple[str, bool], taken: bool = False) -> RetourPiece:
    return RetourPiece(
        exercice=2026,
        bordereau_kind="01",
        bordereau=42,
        number=1187,
        state=state,
        taken_on=date(2026, 3, 9) if taken else None,
        payments=tuple(Payment(real=real, paid_on=None, amount=Decimal(amount)) for amount, real in payments),
        amount=Decimal(120),
    )


@pytest.mark.parametrize(
    ("told", "state", "paid"),
    [
        (piece(PieceState.TAKEN_IN_CHARGE), MandatState.TAKEN_IN_CHARGE, "0"),
        (piece(PieceState.ON_HOLD), MandatState.ON_HOLD, "0"),
        (piece(PieceState.REJECTED), MandatState.REJECTED, "0"),
        (piece(PieceState.SETTLED, ("120.00", True)), MandatState.PAID, "120"),
        (piece(PieceState.TAKEN_IN_CHARGE, ("50.00", True)), MandatState.PARTLY_PAID, "50"),
        (piece(PieceState.SETTLED, ("100.00", True), ("20.00", False)), MandatState.PAID, "100"),
        (piece(PieceState.UNKNOWN), None, "0"),
    ],
)
def test_a_retour_says_what_becomes_of_a_mandat(told: RetourPiece, state: MandatState | None, paid: str) -> None:
    verdict = read_retour(sent(), told)
    assert verdict.state is state
    assert verdict.paid == Decimal(paid)
    assert not verdict.odd


def test_settled_without_any_payment_is_shown_to_somebody() -> None:
    verdict = read_retour(sent(), piece(PieceState.SETTLED, ("120.00", False)))
    assert verdict.state is None
    assert verdict.odd


@given(st.lists(st.tuples(st.integers(0, 20_000), st.booleans()), max_size=5), st.sampled_from(PieceState))
def test_the_same_news_twice_changes_nothing(amounts: list[tuple[int, bool]], state: PieceState) -> None:
    told = piece(state, *((str(Decimal(cents) / 100), real) for cents, real in amounts))
    first = read_retour(sent(), told)
    after = replace(sent(first.state or MandatState.SENT), paid=first.paid)
    second = read_retour(after, told)
    assert second.state is None
    assert second.paid == first.paid


@pytest.mark.parametrize("told", [PieceState.REJECTED, PieceState.ON_HOLD, PieceState.TAKEN_IN_CHARGE])
def test_a_paid_mandat_stays_paid(told: PieceState) -> None:
    assert read_retour(sent(MandatState.PAID), piece(told)).state is None


@pytest.mark.parametrize(("taken", "number"), [(False, 1187), (True, 0)])
def test_a_rejected_mandat_keeps_its_number_unless_it_was_taken_in_charge(taken: bool, number: int) -> None:  # noqa: FBT001 - a parameter
    verdict = read_retour(sent(), piece(PieceState.REJECTED, taken=taken))
    back = again(rejected(sent(), "pièce manquante", keeps_number=verdict.keeps_number))
    assert (back.state, back.number, back.bordereau) == (MandatState.PREPARED, number, "")
    assert back.burnt == ((1187,) if taken else ())


def test_a_mandat_refused_at_the_gate_keeps_number_and_bordereau() -> None:
    back = again(sent(MandatState.REFUSED_AT_GATE))
    assert (back.number, back.bordereau) == (1187, "COMMUNE-2026-42")


@pytest.mark.parametrize("state", [MandatState.PAID, MandatState.SENT, MandatState.TAKEN_IN_CHARGE])
def test_a_mandat_that_did_not_come_back_is_not_sent_again(state: MandatState) -> None:
    with pytest.raises(IllegalTransition):
        again(sent(state))


DAYS = {"11": date(2026, 3, 11), "12": date(2026, 3, 12)}


def payments(*told: tuple[str, str]) -> RetourPiece:
    made = tuple(Payment(real=True, paid_on=DAYS[day], amount=Decimal(amount)) for day, amount in told)
    return replace(piece(PieceState.TAKEN_IN_CHARGE, taken=True), payments=made)


PARTLY = {"state": MandatState.PARTLY_PAID, "paid": Decimal(50), "paid_on": DAYS["11"]}


@pytest.mark.parametrize(
    ("told", "paid", "doubt"),
    [
        (payments(("11", "50.00")), "50", ""),
        (payments(("11", "50.00"), ("12", "20.10"), ("12", "0.20"), ("12", "-0.10")), "70.20", ""),
        (payments(("11", "50.00"), ("12", "-50.00")), "50", "ne dit plus que 0,00"),
        (payments(("11", "30.00")), "50", "ne dit plus que 30,00"),
        (payments(("12", "70.00")), "70", "ne reprend pas les 50,00"),
        (payments(("11", "120.00"), ("12", "0.01")), "120.01", "avoir versé 120,01"),
        (replace(payments(), state=PieceState.REJECTED), "50", "rejeté, alors que 50,00"),
        (payments(), "50", ""),  # a retour of rejections tells no payment
    ],
)
def test_what_is_known_to_be_paid_is_never_lowered_and_what_differs_is_told(
    told: RetourPiece, paid: str, doubt: str
) -> None:
    verdict = read_retour(replace(sent(), **PARTLY), told)  # type: ignore[arg-type]
    assert verdict.paid == Decimal(paid)
    assert doubt in verdict.doubt.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert bool(verdict.doubt) == bool(doubt)


def test_a_number_is_burnt_once_the_comptable_has_ever_taken_it_in_charge() -> None:
    rejected_later = piece(PieceState.REJECTED)
    assert read_retour(sent(), rejected_later).keeps_number
    assert not read_retour(replace(sent(), taken_on=date(2026, 3, 9)), rejected_later).keeps_number
