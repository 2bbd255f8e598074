"""Mandats that pay no invoice: what an agent says, what is refused, and nothing half done."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dematfin.acts.mandat_entry import Entered, enter, rehearse
from dematfin.domain.mandat.entry import LARGEST, MandatEntry, Purpose
from dematfin.domain.mandat.kind import MandatKind, PaymentMode
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.mandat.ventilation import Asked
from dematfin.domain.registers import Credit, Engagement, Imputation, credit_id
from dematfin.errors import DocumentError, Forbidden, PiecesMissing, RuleError, UnknownRecord
from dematfin.steps.keeping import Given
from examples import AGENT, COMMUNE, MAIRE, SUPPLIER, VISEUR, account, tiers
from fakes.hall import Hall, Killed

GRANT = Given(name="deliberation.pdf", data=b"%PDF-1.7 deliberation", kind=PieceKind.DELIBERATION)
TILL = Given(name="regie.pdf", data=b"%PDF-1.7 bordereau", kind=PieceKind.ETAT_REGIE)


def entry(**changes: Any) -> MandatEntry:
    usual = MandatEntry(
        purpose=Purpose.SUBVENTION,
        budget="COMMUNE",
        tiers="F00231",
        amount=Decimal("1500.00"),
        label="Subvention 2026, club de judo",
        base=Asked(nature="65748", fonction="30"),
    )
    return replace(usual, **changes)


def till(**changes: Any) -> MandatEntry:
    return entry(purpose=Purpose.REGIE, label="Régie Ludothèque, mars 2026", regie="R042", **changes)


def made(hall: Hall, said: MandatEntry, *given: Given) -> Entered:
    return enter(hall.app, AGENT, said, given or (GRANT,))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def test_a_subsidy_is_a_prepared_mandat_with_its_document(hall: Hall) -> None:
    mandat = made(hall, entry()).mandat
    assert hall.all(Mandat) == (mandat,)
    assert (mandat.state, mandat.kind, mandat.triplet) == (
        MandatState.PREPARED,
        MandatKind.ORDINARY,
        ("01", "01", "01"),
    )
    assert (mandat.reference, mandat.shares, mandat.dgp, mandat.rubrique) == ("", (), None, "7")
    assert mandat.lines[0].imputation == Imputation(nature="65748", fonction="30")
    (piece,) = hall.all(Piece)
    assert (mandat.pieces, piece.kept_for) == ((piece.id,), f"mandat:{mandat.id}")
    written = hall.ledger.history(keys=[mandat.id])[0].event
    assert (written.by, "saisi sans facture" in written.motif) == (AGENT.id, True)


def test_an_investment_subsidy_is_of_the_other_section(hall: Hall) -> None:
    mandat = made(hall, entry(base=Asked(nature="20422", fonction="30", investment=True))).mandat
    assert mandat.triplet == ("01", "01", "02")


def test_a_regie_that_has_paid_is_put_in_order_without_a_transfer(hall: Hall) -> None:
    mandat = made(hall, till(paid_on=hall.clock.today()), TILL).mandat
    assert mandat.triplet == ("01", "05", "05")
    assert (mandat.kind, mandat.mode, mandat.regie) == (MandatKind.AFTER_PAYMENT, PaymentMode.CASH, "R042")


def test_a_combination_that_the_comptable_does_not_take_is_refused_before_anything(hall: Hall) -> None:
    with pytest.raises(RuleError, match=r"01/01/05.*triplets.*\[pes\]"):
        made(hall, till(), TILL)
    assert hall.all(Mandat) == hall.all(Piece) == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (entry(label="  . "), "objet"),
        (entry(label="x" * 101), "101 caractères"),
        (entry(amount=Decimal(0)), "montant"),
        (entry(amount=Decimal("-1.00")), "montant"),
        (entry(amount=Decimal("10.001")), "au centime"),
        (entry(base=Asked(fonction="30")), "--nature"),
        (entry(base=Asked(nature="65A")), "pas fait de chiffres"),
        (entry(base=Asked(nature="65748", marche="2025-17")), "marché"),
        (entry(lines=(Asked(percent=Decimal(60)), Asked(percent=Decimal(30)))), "100 %"),
        (entry(engagement="NON"), "l'engagement NON n'est pas connu"),
        (entry(regie="R042"), "--type regie"),
        (entry(purpose=Purpose.REGIE), "--regie"),
        (replace(till(), regie="R" * 11), "10 caractères"),
        (entry(exercice=2025), "2025 est clos"),
        (entry(exercice=2027), "n'a pas commencé"),
    ],
)
def test_what_is_said_wrong_is_told_and_nothing_is_made(hall: Hall, said: MandatEntry, why: str) -> None:
    with pytest.raises(RuleError, match=why) as raised:
        made(hall, said)
    assert str(raised.value).startswith("Mandat à saisir")
    assert hall.all(Mandat) == hall.all(Piece) == ()


def test_money_that_has_left_is_never_transferred_again(hall: Hall) -> None:
    today = hall.clock.today()
    for said in (entry(paid_on=today), replace(till(), paid_on=today, mode=PaymentMode.TRANSFER)):
        with pytest.raises(RuleError, match="une seconde fois"):
            made(hall, said)
    with pytest.raises(RuleError, match="pas encore passé"):
        made(hall, till(paid_on=today + timedelta(days=1)))
    debited = made(hall, entry(purpose=Purpose.AUTRE, paid_on=today, mode=PaymentMode.DIRECT_DEBIT)).mandat
    assert debited.triplet == ("01", "05", "01")


def test_the_creditor_is_known_by_any_of_its_numbers_and_paid_on_a_cleared_account(hall: Hall) -> None:
    for order, key in enumerate((SUPPLIER, SUPPLIER[:9], "F00231", "910 987 650 00017"), start=1):
        assert made(hall, entry(tiers=key, label=f"Loyer {order}")).mandat.tiers == tiers()
    with pytest.raises(UnknownRecord, match="F99999"):
        made(hall, entry(tiers="F99999"))
    with hall.ledger.transaction() as books:
        books.save(tiers(id="F00232"))
    with pytest.raises(RuleError, match=r"F00231.*F00232"):
        made(hall, entry(tiers=SUPPLIER, label="Loyer"))


def test_an_account_that_nobody_cleared_pays_nobody(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(account(trusted=False))
    with pytest.raises(PiecesMissing, match="deux personnes"):
        made(hall, entry())
    assert made(hall, till(paid_on=hall.clock.today()), TILL).mandat.state is MandatState.PREPARED


def test_credits_and_engagement_are_taken_then_given_back(hall: Hall) -> None:
    imputation = Imputation(nature="65748")
    chapter = Credit(
        id=credit_id(COMMUNE, 2026, imputation),
        siret=COMMUNE,
        exercice=2026,
        chapter="65",
        investment=False,
        available=Decimal("2000.00"),
    )
    with hall.ledger.transaction() as books:
        books.save(chapter)
    made(hall, entry())
    assert hall.all(Credit)[0].mandated == Decimal("1500.00")
    with pytest.raises(PiecesMissing, match="chapitre 65"):
        made(hall, entry(label="Subvention de plus"))
    ordered = made(hall, entry(engagement="BC26-00077", base=Asked(), label="Indemnité", purpose=Purpose.AUTRE)).mandat
    assert ordered.lines[0].imputation == Imputation(nature="60632", fonction="211")
    assert hall.all(Engagement)[0].mandated == Decimal("1500.00")


def test_the_same_one_twice_in_two_months_is_asked_about(hall: Hall) -> None:
    first = made(hall, entry()).mandat
    hall.clock.advance(days=59)
    with pytest.raises(RuleError, match=rf"{first.id}.*--confirme"):
        made(hall, entry(label="subvention 2026,  CLUB de judo"))
    again = made(hall, entry(confirmed=True)).mandat
    assert f"confirmé malgré {first.id}" in hall.ledger.history(keys=[again.id])[0].event.motif
    hall.clock.advance(days=61)
    assert made(hall, entry()).mandat.state is MandatState.PREPARED


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_as_it_is_written_it_is_made_whole_or_not_at_all(hall: Hall, moment: str) -> None:
    hall.ledger.axe = hall.axe
    hall.axe.at = (hall.axe.calls + 1, moment)
    with pytest.raises(Killed):
        made(hall, entry())
    hall.axe.at = None
    done = {"before": 0, "after": 1}[moment]
    assert (len(hall.all(Mandat)), len(hall.all(Piece)), len(hall.ledger.history())) == (done, done, 2 * done)
    if done:
        with pytest.raises(RuleError, match="--confirme"):
            made(hall, entry())
    else:
        assert made(hall, entry()).mandat.id == "M2026-000001"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.integers(-(10**12), 10**12))
def test_an_amount_is_made_to_the_cent_or_refused(tmp_path: Path, cents: int) -> None:
    hall, amount = Hall.build(tmp_path), Decimal(cents) / 100
    if 0 < amount <= LARGEST:
        assert sum(line.total for line in made(hall, entry(amount=amount)).mandat.lines) == amount
    else:
        with pytest.raises(RuleError, match="montant"):
            made(hall, entry(amount=amount))


def test_it_takes_an_agent(hall: Hall) -> None:
    for who in (VISEUR, MAIRE):
        with pytest.raises(Forbidden):
            enter(hall.app, who, entry(), (GRANT,))
    with pytest.raises(RuleError, match="Aucune pièce"):
        enter(hall.app, AGENT, entry(), ())
    with pytest.raises(DocumentError):
        made(hall, entry(), replace(GRANT, data=b"MZ"))
    assert hall.all(Mandat) == ()


def test_a_document_heavier_than_the_comptable_takes_is_refused_by_name(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, piece_limit=10)
    with pytest.raises(PiecesMissing, match=r"deliberation\.pdf.*taille_piece"):
        made(hall, entry())
    assert hall.all(Mandat) == hall.all(Piece) == ()


def test_a_rehearsal_says_what_would_be_made_and_makes_nothing(hall: Hall) -> None:
    found = rehearse(hall.app, AGENT, entry(amount=Decimal("24000.00")), (GRANT,))
    assert found.mandat.amount == Decimal("24000.00")
    assert [one.code for one in found.lacking] == ["PJ-SUBVENTION-CONVENTION"]
    assert hall.all(Mandat) == hall.all(Piece) == hall.ledger.history() == ()
    assert made(hall, entry()).mandat.id == found.mandat.id
