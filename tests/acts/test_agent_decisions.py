"""What an agent decides on a held invoice: who may, what the supplier is told, once, and what can be taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dematfin.acts import answers, bank, doubles, holds, review, search, visa
from dematfin.acts.run import tell_now
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import Forbidden, IllegalTransition, RuleError, SeparationOfDuties, UnknownRecord
from dematfin.steps.control import control
from dematfin.steps.intake import intake
from dematfin.steps.visa import visa as open_folders
from examples import AGENT, MAIRE, VISEUR, content
from fakes.hall import Hall

FIRST, SECOND = "F2026-000001", "F2026-000002"
OTHER = "FR7619999000170098765432764"
DIRECTOR = Person(id="dir", name="Hélène Directrice", roles=frozenset({Role.DIRECTEUR}))
Answer = Callable[[Hall], Invoice]
ANSWERS: dict[SupplierStatus, Answer] = {
    SupplierStatus.RECYCLED: lambda hall: answers.recycle(hall.app, AGENT, FIRST, "Mauvais service"),
    SupplierStatus.SUSPENDED: lambda hall: answers.suspend(hall.app, AGENT, FIRST, "Il manque une pièce", ("le bon",)),
    SupplierStatus.REFUSED: lambda hall: answers.reject(hall.app, AGENT, FIRST, "Total faux"),
}


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


@pytest.fixture
def held(hall: Hall) -> Hall:
    """An invoice held for its engagement."""
    hall.chorus.deposit("9100001", content("F-1", engagement="BC26-99999"))
    hall.day()
    return hall


def one(hall: Hall, key: str = FIRST) -> Invoice:
    (found,) = [invoice for invoice in hall.all(Invoice) if invoice.id == key]
    assert isinstance(found, Invoice)
    return found


@pytest.mark.parametrize("status", ANSWERS)
def test_an_answer_is_told_once_and_the_visa_is_withdrawn(hall: Hall, status: SupplierStatus) -> None:
    hall.deposit("120.00")
    hall.day()
    answered = ANSWERS[status](hall)
    assert [folder.state for folder in hall.all(VisaFolder)] == [FolderState.WITHDRAWN]
    assert hall.chorus.told == []
    for _ in range(3):
        tell_now(hall.app, AGENT, FIRST)
        hall.day()
    assert [told[1] for told in hall.chorus.told] == [str(status)]
    assert one(hall).state is answered.state
    assert hall.all(Mandat) == ()


@pytest.mark.parametrize("motif", ["", "   ", "é" * 256])
def test_a_supplier_is_told_why_in_words_that_fit(held: Hall, motif: str) -> None:
    with pytest.raises(RuleError, match=FIRST):
        answers.recycle(held.app, AGENT, FIRST, motif)
    assert one(held).state is InvoiceState.TO_CORRECT
    assert held.all(Intention) == ()


@pytest.mark.parametrize("who", [VISEUR, MAIRE], ids=["viseur", "maire"])
def test_only_an_agent_answers(held: Hall, who: Person) -> None:
    for act in (answers.recycle, answers.reject, holds.force, holds.take_over, holds.set_aside, answers.suspend):
        with pytest.raises(Forbidden, match=who.name):
            act(held.app, who, FIRST, "motif")
    with pytest.raises(Forbidden):
        doubles.decide(held.app, who, FIRST, SECOND, "motif", distinct=True)


def test_the_delay_is_interrupted_once_in_a_life(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    ANSWERS[SupplierStatus.SUSPENDED](hall)
    tell_now(hall.app, AGENT, FIRST)
    assert (one(hall).state, one(hall).interrupted_on) == (InvoiceState.INTERRUPTED, hall.clock.today())
    hall.chorus.statuses["9100001"] = "COMPLETEE"
    hall.day()
    assert (one(hall).state, one(hall).episode) == (InvoiceState.IN_VISA, 2)
    with pytest.raises(RuleError, match=r"R\. 2192-27"):
        ANSWERS[SupplierStatus.SUSPENDED](hall)


def test_nothing_is_interrupted_once_mandated(hall: Hall) -> None:
    hall.to_sign("120.00")
    for answer in ANSWERS.values():
        with pytest.raises(RuleError, match=f"{FIRST}.*mandatée"):
            answer(hall)


def test_the_letter_is_kept_with_the_invoice(held: Hall) -> None:
    suspended = ANSWERS[SupplierStatus.SUSPENDED](held)
    assert suspended.letter is not None
    with held.app.documents.open(suspended.letter) as letter:
        assert letter.read(5) == b"%PDF-"


def test_what_was_not_told_yet_can_be_taken_back_and_decided_again(held: Hall) -> None:
    ANSWERS[SupplierStatus.SUSPENDED](held)
    again = holds.resume(held.app, AGENT, FIRST, "La pièce était jointe", engagement="BC26-00077")
    assert (again.state, again.interrupted_on, again.engagement) == (InvoiceState.IN_VISA, None, "BC26-00077")
    assert [intention.state for intention in held.all(Intention)] == [IntentionState.GIVEN_UP]
    ANSWERS[SupplierStatus.SUSPENDED](held)
    tell_now(held.app, AGENT, FIRST)
    assert [told[1] for told in held.chorus.told] == ["SUSPENDUE"]


def test_what_the_supplier_knows_is_his_to_answer(held: Hall) -> None:
    ANSWERS[SupplierStatus.RECYCLED](held)
    tell_now(held.app, AGENT, FIRST)
    with pytest.raises(RuleError, match="seul le fournisseur"):
        holds.resume(held.app, AGENT, FIRST, "Trop vite")


def test_a_refused_visa_goes_to_the_right_desk_once_an_agent_has_corrected_it(hall: Hall) -> None:
    hall.chorus.rules = (replace(hall.chorus.rules[0], services=hall.chorus.rules[0].services, service_required=False),)
    hall.deposit("120.00")
    hall.day()
    visa.refuse(hall.app, VISEUR, FIRST, Motive.NOT_MY_SERVICE, "C'est la voirie.")
    assert one(hall).state is InvoiceState.TO_CORRECT
    control(hall.app)
    assert one(hall).state is InvoiceState.TO_CORRECT  # no register takes a person's word back
    again = holds.resume(hall.app, AGENT, FIRST, "Voirie, en effet", service="SCOLAIRE")
    assert again.state is InvoiceState.IN_VISA
    open_folders(hall.app)
    assert [folder.state for folder in hall.all(VisaFolder)] == [FolderState.REFUSED, FolderState.IN_CIRCUIT]
    visa.approve(hall.app, VISEUR, FIRST, visa.ServiceFait(executed_on=hall.clock.today()))
    assert one(hall).state is InvoiceState.SERVICE_FAIT


def test_what_pays_twice_or_has_no_account_is_never_forced(held: Hall) -> None:
    with pytest.raises(RuleError, match="ROUTE-ENG-UNKNOWN"):
        holds.force(held.app, AGENT, FIRST, "Je sais")
    held.chorus.deposit("9100002", content("F-2", "50.00", frame="A2"))
    held.day()
    with pytest.raises(RuleError, match="FRAME-ALREADY-PAID"):
        holds.force(held.app, AGENT, SECOND, "Je sais")


def test_a_forced_control_says_who_and_goes_on(hall: Hall) -> None:
    hall.chorus.deposit("9100001", content("F-1", service_code="FERME"))
    hall.day()
    forced = holds.force(hall.app, AGENT, FIRST, "Le service vient de fermer")
    assert forced.state is InvoiceState.IN_VISA
    assert any("Claire Agent" in finding.sentence for finding in forced.findings)
    assert any("Le service vient de fermer" in written.event.motif for written in hall.ledger.events)


def test_taken_over_it_is_controlled_visaed_and_paid_like_any_other(hall: Hall) -> None:
    hall.chorus.deposit("9100001", content("F-1"), status="SERVICE_FAIT")
    hall.day()
    assert one(hall).state is InvoiceState.ELSEWHERE
    assert holds.take_over(hall.app, AGENT, FIRST, "L'ancien logiciel est arrêté").state is InvoiceState.IN_VISA
    hall.day()
    hall.certify()
    hall.day()
    assert [mandat.invoice_ids for mandat in hall.all(Mandat)] == [(FIRST,)]


def test_taken_over_while_mandated_elsewhere_it_stays_blocked(hall: Hall) -> None:
    hall.chorus.deposit("9100001", content("F-1"), status="MANDATEE")
    hall.day()
    taken = holds.take_over(hall.app, AGENT, FIRST, "À nous")
    assert taken.state is InvoiceState.TO_CORRECT
    assert "STATUS-MANDATED" in {finding.code for finding in taken.findings}
    with pytest.raises(RuleError):
        holds.force(hall.app, AGENT, FIRST, "Si, si")
    hall.day()
    assert hall.all(Mandat) == ()


def test_an_invoice_already_paid_can_be_set_aside(hall: Hall) -> None:
    hall.chorus.deposit("9100001", content("F-1", frame="A2"))
    hall.day()
    assert holds.set_aside(hall.app, AGENT, FIRST, "Carte d'achat").state is InvoiceState.ELSEWHERE
    assert review.cases(hall.app, AGENT) == ()
    with pytest.raises(IllegalTransition):
        holds.set_aside(hall.app, AGENT, FIRST, "Encore")


@pytest.fixture
def twins(hall: Hall) -> Hall:
    hall.chorus.deposit("1", content("F-1", "120.00"))
    hall.chorus.deposit("2", content("f 1", "120.00"))
    hall.day()
    return hall


def test_two_distinct_invoices_both_go_on(twins: Hall) -> None:
    decided = doubles.decide(twins.app, AGENT, SECOND, FIRST, "Deux livraisons", distinct=True)
    assert decided.state is InvoiceState.IN_VISA
    twins.day()
    assert one(twins, SECOND).state is InvoiceState.IN_VISA


def test_a_duplicate_is_rejected_with_the_number_of_the_other(twins: Hall) -> None:
    decided = doubles.decide(twins.app, AGENT, SECOND, FIRST, "Même livraison", distinct=False)
    assert decided.state is InvoiceState.REFUSED
    (intention,) = twins.all(Intention)
    assert (intention.status, "F-1" in intention.motif) == (SupplierStatus.REFUSED, True)


def test_two_twins_are_never_both_thrown_away(twins: Hall) -> None:
    answers.reject(twins.app, AGENT, FIRST, "Fausse")
    with pytest.raises(RuleError, match="jamais payé"):
        doubles.decide(twins.app, AGENT, SECOND, FIRST, "Doublon", distinct=False)


@pytest.fixture
def changed(hall: Hall) -> Hall:
    """An invoice that asks to be paid on an account never seen."""
    supplier = replace(content().supplier, iban=OTHER)
    hall.chorus.deposit("9100001", content("F-1", supplier=supplier))
    hall.day()
    return hall


def test_a_new_account_takes_two_people_and_then_it_is_paid(changed: Hall) -> None:
    assert [account.iban for account in bank.waiting(changed.app, AGENT)] == [OTHER]
    assert not bank.confirm(changed.app, AGENT, FIRST, "Rappel 1").cleared
    assert one(changed).state is InvoiceState.TO_CORRECT
    with pytest.raises(SeparationOfDuties):
        bank.confirm(changed.app, AGENT, FIRST, "Rappel 2")
    assert bank.confirm(changed.app, DIRECTOR, OTHER, "Rappel 3").cleared
    assert one(changed).state is InvoiceState.IN_VISA
    changed.day()
    changed.certify()
    changed.day()
    (mandat,) = changed.all(Mandat)
    assert mandat.tiers.account.iban == OTHER


@pytest.mark.parametrize(("wanted", "trace", "kind"), [(OTHER, " ", RuleError), ("FR00", "x", UnknownRecord)])
def test_a_call_leaves_its_trace_on_an_account_that_waits(
    changed: Hall, wanted: str, trace: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        bank.confirm(changed.app, AGENT, wanted, trace)
    assert all(not account.calls for account in changed.all(KnownAccount))


def test_a_head_of_service_clears_no_account(changed: Hall) -> None:
    with pytest.raises(Forbidden):
        bank.confirm(changed.app, VISEUR, OTHER, "x")


def test_the_review_holds_only_what_waits_and_prepares_the_answer(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.chorus.deposit("2", content("F-2", engagement="BC26-99999"))
    wrong = replace(content("F-3").amounts, ttc=content("F-3").amounts.ttc + 5)
    hall.chorus.deposit("3", content("F-3", amounts=wrong, engagement="BC26-99999"))
    intake(hall.app)
    control(hall.app)
    found = {case.invoice.number: case for case in review.cases(hall.app, AGENT)}
    assert set(found) == {"F-2", "F-3"}
    assert found["F-2"].proposal is SupplierStatus.RECYCLED
    assert found["F-3"].proposal is SupplierStatus.REFUSED  # it will be made anew: no use asking for the rest
    assert all(0 < len(case.motif) <= 255 for case in found.values())


@pytest.fixture
def full(hall: Hall) -> Hall:
    hall.chorus.deposit("1", content("F2026/412", "120.00"))
    hall.chorus.deposit("2", content("100%_X", "45.30", issued_on=date(2026, 1, 5), engagement=""))
    hall.day()
    return hall


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"words": "papeterie"}, {FIRST, SECOND}),
        ({"words": "f2026 412"}, {FIRST}),
        ({"words": "2"}, {SECOND}),
        ({"words": SECOND.lower()}, {SECOND}),
        ({"supplier": "Pàpeterie du LAC"}, {FIRST, SECOND}),
        ({"supplier": "91098765000017"}, {FIRST, SECOND}),
        ({"number": "412"}, {FIRST}),
        ({"number": "100%"}, {SECOND}),
        ({"iban_end": "3276"}, {FIRST, SECOND}),
        ({"iban_end": "327"}, set()),
        ({"engagement": "bc26 00077"}, {FIRST}),
        ({"since": date(2026, 2, 1)}, {FIRST}),
        ({"until": date(2026, 1, 31)}, {SECOND}),
        ({"mandat": 1}, set()),
        ({"words": "papeterie", "until": date(2026, 1, 31)}, {SECOND}),
    ],
)
def test_an_invoice_is_found_by_whatever_is_at_hand(full: Hall, wanted: dict[str, object], found: set[str]) -> None:
    criteria = search.Criteria(**wanted)  # type: ignore[arg-type]  # given by name
    assert {one.invoice.id for one in search.search(full.app, AGENT, criteria)} == found


def test_a_search_without_any_word_is_refused(full: Hall) -> None:
    with pytest.raises(RuleError, match="critère"):
        search.search(full.app, AGENT, search.Criteria())


def test_a_mandat_number_leads_to_its_invoice(hall: Hall) -> None:
    hall.to_sign("120.00")
    (found,) = search.search(hall.app, AGENT, search.Criteria(mandat=1187))
    assert (found.invoice.id, found.mandat and found.mandat.number) == (FIRST, 1187)
