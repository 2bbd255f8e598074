"""What waits for an agent, most pressing first, each with the answer that could be sent."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import answers, neighbour, review
from dematfin.acts.run import tell_now
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import LONGEST_MOTIF, SupplierStatus
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person, Role
from dematfin.errors import AccessDenied, Forbidden, Unreachable
from examples import AGENT, attachment, content, invoice
from fakes.hall import Hall

LECTEUR = Person(id="lectrice", name="Lise Lectrice", roles=frozenset({Role.LECTEUR}))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def finding(code: str, proposal: SupplierStatus | None = None, motif: str = "", **changes: Any) -> Finding:
    usual = Finding(code=code, severity=Severity.BLOCKING, sentence=f"{code}.", proposal=proposal, motif=motif)
    return replace(usual, **changes)


def held(hall: Hall, *findings: Finding, **changes: Any) -> review.Case:
    with hall.ledger.transaction() as books:
        books.save(replace(invoice(), state=InvoiceState.TO_CORRECT, findings=findings, **changes))
    (case,) = review.cases(hall.app, LECTEUR)
    return case


def test_only_what_a_control_holds_the_nearest_end_of_delay_first(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        for order, day in enumerate((20, 3, 10, 3), start=1):
            one = replace(invoice(f"F-{order}", key=f"F2026-{order:06d}"), notified_on=date(2026, 2, day))
            books.save(replace(one, state=InvoiceState.TO_CORRECT))
        books.save(replace(invoice("F-9", key="F2026-000009"), state=InvoiceState.IN_VISA))
    listed = review.cases(hall.app, LECTEUR)
    assert [(case.invoice.id[-1], case.due_on.day) for case in listed] == [("2", 5), ("4", 5), ("3", 12), ("1", 22)]
    with pytest.raises(Forbidden):
        review.cases(hall.app, replace(LECTEUR, active=False))


def test_the_strongest_answer_is_proposed_with_its_own_words(hall: Hall) -> None:
    case = held(
        hall,
        finding("A", SupplierStatus.SUSPENDED, "Il manque la pièce."),
        finding("B", SupplierStatus.REFUSED, "Le total est faux."),
        finding("C", SupplierStatus.RECYCLED, "Le service est faux."),
        finding("D", SupplierStatus.REFUSED, "La date est future."),
        finding("E", SupplierStatus.REFUSED, "À voir.", severity=Severity.WARNING),
    )
    assert (case.proposal, case.motif) == (SupplierStatus.REFUSED, "Le total est faux. La date est future.")
    assert [one.code for one in case.held] == ["A", "B", "C", "D"]
    assert not case.forcible


def test_nothing_is_proposed_when_nothing_can_be_answered(hall: Hall) -> None:
    case = held(hall, finding("ROUTE-MARCHE"), finding("SUM-VAT"))
    assert (case.proposal, case.motif, case.twin, case.forcible) == (None, "", "", True)


def test_the_words_fit_chorus_pro_and_none_is_cut(hall: Hall) -> None:
    words = [f"{sign * 120}." for sign in "abc"]
    case = held(hall, *(finding(word[0].upper(), SupplierStatus.REFUSED, word) for word in words))
    assert case.motif == f"{words[0]} {words[1]}"
    answered = answers.reject(hall.app, AGENT, case.invoice.id, case.motif)
    assert answered.state is InvoiceState.REFUSED
    assert len(held(hall, finding("A", SupplierStatus.REFUSED, "é" * 400)).motif) == LONGEST_MOTIF


def test_the_invoice_itself_and_its_twin_are_at_hand(hall: Hall) -> None:
    annex, main = attachment("annexe.pdf", main=False), attachment("facture.pdf")
    case = held(
        hall,
        finding("BANK-IBAN-DIFFERENT", about="FR76"),
        finding("DUP-D2", about="F2026-000007"),
        content=content(attachments=(annex, main)),
    )
    assert (case.twin, case.document) == ("F2026-000007", main.document)
    assert held(hall, finding("DUP-D7", about="F2026-000007", severity=Severity.WARNING)).twin == ""
    assert held(hall, content=content(attachments=(annex,))).document is None


class TestChorusStanding:
    def test_it_gathers_what_was_said_and_what_is_left_to_say(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hall.deposit("10.00", "20.00")
        hall.chorus.deposit("9100009", None)
        hall.chorus.deposit("9100008", content("F-8"), status="STATUT_DE_2027")
        hall.day()

        def down(_: object) -> str:
            message = "Chorus Pro ne répond pas."
            raise Unreachable(message)

        answers.recycle(hall.app, AGENT, "F2026-000001", "Mauvais service.")
        monkeypatch.setattr(hall.chorus, "publish", down)
        tell_now(hall.app, AGENT, "F2026-000001")
        monkeypatch.undo()
        hall.chorus.statuses["9100002"] = "REJETEE"
        answers.recycle(hall.app, AGENT, "F2026-000002", "Mauvais service.")
        tell_now(hall.app, AGENT, "F2026-000002")
        standing = neighbour.standing(hall.app, LECTEUR)
        assert [(door.name, door.trouble, door.read_on) for door in standing.doors] == [
            ("TECH_1", "", date(2026, 3, 2))
        ]
        assert [one.invoice_id for one in standing.open] == ["F2026-000001"]
        assert [one.invoice_id for one in standing.refused] == ["F2026-000002"]
        assert [one.id for one in standing.quarantined] == ["9100009"]
        assert [one.id for one in standing.watched] == ["9100008"]
        assert [one.id for one in standing.structures] == [content().siret]

    def test_an_account_that_is_locked_out_hides_nothing_else(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def locked(_: str) -> None:
            message = "Le mot de passe a expiré."
            raise AccessDenied(message)

        monkeypatch.setattr(hall.chorus, "check", locked)
        (door,) = neighbour.standing(hall.app, LECTEUR).doors
        assert (door.trouble, door.read_on) == ("Le mot de passe a expiré.", None)

    def test_nobody_who_is_no_longer_here_looks(self, hall: Hall) -> None:
        with pytest.raises(Forbidden):
            neighbour.standing(hall.app, replace(LECTEUR, active=False))
