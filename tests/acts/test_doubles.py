"""Of two invoices that look alike a person says whether they are two; one of them is always left to pay."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import answers, doubles
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.invoice.duplicates import Pair
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.tiers import BankAccount
from dematfin.errors import Forbidden, RuleError
from examples import ADMIN, AGENT, MAIRE, VISEUR, attachment, content, tiers
from fakes.hall import Hall

S = InvoiceState
FIRST, SECOND, THIRD = "F2026-000001", "F2026-000002", "F2026-000003"
WHY = "Comparées ligne à ligne."


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with an invoice on its desk, and the same one deposited again, held."""
    built = Hall.build(tmp_path)
    built.chorus.deposit("9100001", content("F-1"))
    built.chorus.deposit("9100002", content("F 001"))
    built.day()
    assert states(built) == {FIRST: S.IN_VISA, SECOND: S.TO_CORRECT}
    return built


def states(hall: Hall) -> dict[str, InvoiceState]:
    return {one.id: one.state for one in hall.all(Invoice)}


def change(hall: Hall, key: str, **changes: Any) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Invoice, key), **changes))


def test_two_distinct_ones_are_both_paid_and_never_held_again(hall: Hall) -> None:
    decided = doubles.decide(hall.app, AGENT, SECOND, FIRST, f" {WHY} ", distinct=True)
    assert decided.state is S.IN_VISA
    (pair,) = hall.all(Pair)
    assert (pair.first, pair.second, pair.distinct, pair.by, pair.motif) == (FIRST, SECOND, True, "Claire Agent", WHY)
    assert f"n'est pas un doublon de {FIRST} : {WHY} (Claire Agent)" in [
        one.event.motif for one in hall.ledger.history(Subject.INVOICE, [SECOND])
    ]
    hall.day()
    hall.certify()
    hall.day()
    assert sorted(one.invoice_ids[0] for one in hall.all(Mandat)) == [FIRST, SECOND]


def test_the_order_of_the_two_does_not_matter(hall: Hall) -> None:
    """The agent may name the earlier first: the one that was held goes on all the same."""
    doubles.decide(hall.app, AGENT, FIRST, SECOND, WHY, distinct=True)
    assert states(hall) == {FIRST: S.IN_VISA, SECOND: S.IN_VISA}


def test_one_twice_is_rejected_and_the_supplier_told_which(hall: Hall) -> None:
    decided = doubles.decide(hall.app, AGENT, SECOND, FIRST, WHY, distinct=False)
    assert decided.state is S.REFUSED
    hall.day()
    hall.certify()
    hall.day()
    assert [status for _, status, _ in hall.chorus.told] == ["REJETEE", "SERVICE_FAIT"]
    assert [one.invoice_ids for one in hall.all(Mandat)] == [(FIRST,)]
    motifs = [one.event.motif for one in hall.ledger.history(Subject.INVOICE, [SECOND])]
    assert "Doublon de votre facture F-1 du 20/02/2026, déjà reçue. (Claire Agent)" in motifs
    assert f"est un doublon de {FIRST} : {WHY} (Claire Agent)" in motifs


def test_of_two_held_the_older_may_be_the_one_that_goes(hall: Hall) -> None:
    change(hall, FIRST, state=S.TO_CORRECT)
    doubles.decide(hall.app, AGENT, FIRST, SECOND, WHY, distinct=False)
    assert states(hall) == {FIRST: S.REFUSED, SECOND: S.IN_VISA}  # which replaces it
    with pytest.raises(RuleError, match="ne sera jamais payé"):
        change(hall, SECOND, state=S.TO_CORRECT)
        doubles.decide(hall.app, AGENT, SECOND, FIRST, WHY, distinct=False)
    with pytest.raises(RuleError, match="plus rien à décider"):
        doubles.decide(hall.app, AGENT, FIRST, SECOND, WHY, distinct=True)


@pytest.mark.parametrize("over", [S.REFUSED, S.CANCELLED])
def test_the_last_one_left_is_not_set_aside(hall: Hall, over: InvoiceState) -> None:
    change(hall, FIRST, state=over)
    with pytest.raises(RuleError, match=f"{FIRST} est déjà refusée ou annulée.*laquelle garder"):
        doubles.decide(hall.app, AGENT, SECOND, FIRST, WHY, distinct=False)
    assert (hall.all(Pair), states(hall)[SECOND]) == ((), S.TO_CORRECT)


def test_what_a_desk_already_has_is_not_a_duplicate_to_set_aside(hall: Hall) -> None:
    with pytest.raises(RuleError, match=f"{FIRST}.*« à corriger »"):
        doubles.decide(hall.app, AGENT, FIRST, SECOND, WHY, distinct=False)


@pytest.mark.parametrize("distinct", [True, False])
def test_two_that_nothing_brings_together_are_a_typing_mistake(hall: Hall, *, distinct: bool) -> None:
    hall.chorus.deposit("9100003", content("Z-9", "77.00"))
    hall.day()
    with pytest.raises(RuleError, match=f"{SECOND} : aucun contrôle ne la rapproche de {THIRD}"):
        doubles.decide(hall.app, AGENT, SECOND, THIRD, WHY, distinct=distinct)
    with pytest.raises(RuleError, match="deux factures différentes"):
        doubles.decide(hall.app, AGENT, SECOND, SECOND, WHY, distinct=distinct)
    assert hall.all(Pair) == ()


@pytest.mark.parametrize(("motif", "words"), [("", "donnez un motif"), ("x" * 513, "512 au plus")])
def test_a_motif_is_required_and_bounded(hall: Hall, motif: str, words: str) -> None:
    for distinct in (True, False):
        with pytest.raises(RuleError, match=words):
            doubles.decide(hall.app, AGENT, SECOND, FIRST, motif, distinct=distinct)


@pytest.mark.parametrize("who", [VISEUR, MAIRE, ADMIN], ids=lambda one: one.name)
def test_nobody_else_decides(hall: Hall, who: Person) -> None:
    for distinct in (True, False):
        with pytest.raises(Forbidden, match=who.name):
            doubles.decide(hall.app, who, SECOND, FIRST, WHY, distinct=distinct)
    assert hall.all(Pair) == ()


def test_a_paper_copy_is_cancelled_and_nobody_is_told(hall: Hall) -> None:
    change(hall, SECOND, origin=Origin.SCAN)
    decided = doubles.decide(hall.app, AGENT, SECOND, FIRST, WHY, distinct=False)
    assert decided.state is S.CANCELLED
    hall.day()
    assert hall.chorus.told == []
    assert hall.ledger.history(Subject.INVOICE, [SECOND])[-1].event.motif == (
        f"doublon de {FIRST}, écartée par Claire Agent"
    )


def test_the_file_of_another_firm_is_not_told_to_this_one(hall: Hall) -> None:
    """Its number and date are the other firm's affair."""
    same = replace(attachment("F-1.pdf"), document=DocumentRef(sha256="ab" * 32, size=10))
    other = replace(content().supplier, identifier="55555555500000", name="AUTRE FIRME", iban="")
    account = BankAccount(iban="FR7630001007941234567890185", holder="AUTRE FIRME")
    with hall.ledger.transaction() as books:
        books.save(tiers(id="F9", siren="555555555", identifier="55555555500000", account=account))
    change(hall, FIRST, main_file="ab" * 32)
    hall.chorus.deposit("9100003", content("Z-9", "77.00", supplier=other, attachments=(same,)))
    hall.day()
    change(hall, THIRD, main_file="ab" * 32)
    hall.day()
    doubles.decide(hall.app, AGENT, THIRD, FIRST, WHY, distinct=False)
    hall.day()
    motifs = [one.event.motif for one in hall.ledger.history(Subject.INVOICE, [THIRD]) if one.event.after == S.REFUSED]
    assert motifs[:1] == ["Le document joint n'est pas celui de cette facture. (Claire Agent)"]


def test_the_decision_and_the_rejection_are_one_transaction(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(answers, "intend", fails)
    before = hall.ledger.history()
    with pytest.raises(ZeroDivisionError):
        doubles.decide(hall.app, AGENT, SECOND, FIRST, WHY, distinct=False)
    assert (hall.all(Pair), states(hall)[SECOND], hall.ledger.history()) == ((), S.TO_CORRECT, before)
