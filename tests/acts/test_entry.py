"""What an agent types on a paper document makes an invoice, controlled, certified and paid like any other."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import answers, bank, doubles, entry, holds, reminder, run
from dematfin.acts.entry import Entry
from dematfin.domain.event import Subject
from dematfin.domain.figures.whereabouts import paragraph
from dematfin.domain.intention import Intention, SupplierStatus
from dematfin.domain.invoice.content import InvoiceKind, Supplier
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.paper.capture import Capture, CaptureState
from dematfin.domain.paper.rules import PaperRules, Route
from dematfin.errors import Forbidden, IllegalTransition, RuleError
from dematfin.steps.capture import capture
from examples import AGENT, COMMUNE, IBAN, SUPPLIER, VISEUR
from fakes.hall import Hall

RULES = PaperRules(routes=(Route(key="ECOLE", siret=COMMUNE, service="SCOLAIRE"),))
FIRST, SECOND = "D2026-000001", "D2026-000002"
LOT = "L2026-000001"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a hall with a batch of two documents, whose paper has arrived today."""
    built = Hall.build(tmp_path, paper=RULES)
    (built.folders.root / "scan.pdf").write_text("F:ECOLE:1\nfacture un\nF:ECOLE:2\nfacture deux", encoding="utf-8")
    run.run(built.app, AGENT, capture)
    entry.say_arrival(built.app, AGENT, LOT, built.clock.today())
    return built


def typed(hall: Hall, number: str = "P-1", **changes: Any) -> Entry:
    usual: dict[str, Any] = {
        "supplier": Supplier(identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=IBAN),
        "number": number,
        "issued_on": hall.clock.today() - timedelta(days=3),
        "ht": Decimal("50.00"),
        "tva": Decimal("10.00"),
        "ttc": Decimal("60.00"),
        "siret": COMMUNE,
        "service": "SCOLAIRE",
        "engagement": "BC26-00077",
    }
    return Entry(**usual | changes)


def enter(hall: Hall, document: str = FIRST, number: str = "P-1", **changes: Any) -> Invoice:
    return entry.enter(hall.app, AGENT, document, typed(hall, number, **changes))


def test_an_entered_document_is_an_invoice_under_control(hall: Hall) -> None:
    invoice = enter(hall)
    assert (invoice.state, invoice.origin, invoice.notified_on) == (
        InvoiceState.IN_VISA,
        Origin.SCAN,
        hall.clock.today(),
    )
    document = hall.all(Capture)[0]
    assert (document.state, document.invoice_id) == (CaptureState.ENTERED, invoice.id)
    assert invoice.content.attachments[0].document == document.document
    assert invoice.main_file == document.document.sha256
    assert "PAPER-CHORUS" in {finding.code for finding in invoice.findings}


def test_paper_and_chorus_are_paid_in_one_bordereau_and_chorus_hears_of_its_own_only(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    paper = enter(hall)
    hall.day()
    hall.certify()
    hall.day()
    assert hall.sign() == 1
    hall.day()
    (sheet,) = hall.all(Bordereau)
    assert sheet.total == Decimal("180.00")
    assert {key for one in hall.all(Mandat) for key in one.invoice_ids} == {"F2026-000001", paper.id}
    told = {(one.invoice_id, one.status) for one in hall.all(Intention)}
    assert told == {("F2026-000001", SupplierStatus.SERVICE_FAIT), ("F2026-000001", SupplierStatus.MANDATEE)}


def test_the_same_invoice_by_paper_and_by_chorus_is_held(hall: Hall) -> None:
    hall.deposit("60.00")
    hall.day()
    invoice = enter(hall, number="F 1")
    assert invoice.state is InvoiceState.TO_CORRECT
    assert "DUP-D6" in {finding.code for finding in invoice.findings}
    over = doubles.decide(hall.app, AGENT, invoice.id, "F2026-000001", "la même", distinct=False)
    assert over.state is InvoiceState.CANCELLED


def test_the_day_of_arrival_is_required(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, paper=RULES)
    (hall.folders.root / "scan.pdf").write_text("F:ECOLE:1\nfacture", encoding="utf-8")
    run.run(hall.app, AGENT, capture)
    with pytest.raises(RuleError, match="arrivé"):
        enter(hall)
    assert hall.all(Invoice) == ()


def test_the_day_of_arrival_is_changed_with_a_motif_and_moves_the_delay(hall: Hall) -> None:
    invoice = enter(hall)
    earlier = hall.clock.today() - timedelta(days=4)
    with pytest.raises(RuleError, match="motif"):
        entry.say_arrival(hall.app, AGENT, LOT, earlier)
    entry.say_arrival(hall.app, AGENT, LOT, earlier, "tampon du courrier")
    (moved,) = hall.all(Invoice)
    assert (moved.notified_on, moved.content.received_on) == (earlier, earlier)
    assert any("tampon" in one.event.motif for one in hall.ledger.history(Subject.INVOICE, [invoice.id]))
    with pytest.raises(RuleError, match="pas encore"):
        entry.say_arrival(hall.app, AGENT, LOT, hall.clock.today() + timedelta(days=1), "demain")


def test_the_day_of_arrival_of_a_mandated_invoice_stays(hall: Hall) -> None:
    enter(hall)
    hall.day()
    hall.certify()
    hall.day()
    with pytest.raises(RuleError, match="mandatée"):
        entry.say_arrival(hall.app, AGENT, LOT, hall.clock.today() - timedelta(days=1), "trop tard")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ttc": Decimal("61.00")}, "ne font pas"),
        ({"ht": Decimal("-50.00"), "tva": Decimal("-10.00"), "ttc": Decimal("-60.00")}, "négatif"),
        ({"number": "  "}, "numéro"),
        ({"siret": "21990051000013"}, "aucun budget"),
    ],
)
def test_what_was_misread_is_refused(hall: Hall, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RuleError, match=words):
        enter(hall, **changes)
    assert hall.all(Invoice) == ()


def test_a_document_is_entered_once_by_who_may(hall: Hall) -> None:
    with pytest.raises(Forbidden):
        entry.enter(hall.app, VISEUR, FIRST, typed(hall))
    enter(hall)
    with pytest.raises(IllegalTransition):
        enter(hall, number="P-2")
    assert len(hall.all(Invoice)) == 1


def test_a_typing_mistake_is_mended_on_the_same_invoice(hall: Hall) -> None:
    before = enter(hall, ttc=Decimal("600.00"), ht=Decimal("500.00"), tva=Decimal("100.00"))
    hall.day()
    after = entry.enter_again(hall.app, AGENT, FIRST, typed(hall, "P-1"), "montant mal lu")
    assert (after.id, after.ttc, after.episode) == (before.id, Decimal("60.00"), 2)
    hall.day()
    hall.certify()
    with pytest.raises(RuleError, match="n'est pas encore saisi"):
        entry.enter_again(hall.app, AGENT, SECOND, typed(hall), "x")
    hall.day()
    with pytest.raises(RuleError, match="ne change plus"):
        entry.enter_again(hall.app, AGENT, FIRST, typed(hall), "trop tard")


def test_suppliers_are_found_as_people_name_them(hall: Hall) -> None:
    for words in (SUPPLIER, f"{SUPPLIER[:3]} {SUPPLIER[3:]}", SUPPLIER[:9], "papeterie", "LAC"):
        assert {one.siren for one in entry.suppliers(hall.app, AGENT, words)} == {SUPPLIER[:9]}, words
    assert entry.suppliers(hall.app, AGENT, "inconnu") == ()


@pytest.mark.parametrize(
    ("act", "state", "words"),
    [
        (answers.recycle, InvoiceState.SENT_BACK, "retournons"),
        (answers.reject, InvoiceState.REFUSED, "rejetons"),
        (answers.suspend, InvoiceState.INTERRUPTED, "Adressez-nous"),
    ],
)
def test_the_supplier_of_a_paper_is_answered_by_letter(hall: Hall, act: Any, state: InvoiceState, words: str) -> None:
    invoice = enter(hall, engagement="INCONNU")
    assert invoice.state is InvoiceState.TO_CORRECT
    answered = act(hall.app, AGENT, invoice.id, "Le numéro d'engagement manque.")
    assert answered.state is state
    text = letter(hall, answered)
    assert words in text
    assert "SIRET" in text
    assert "Chorus Pro n°" not in text
    assert hall.all(Intention) == ()
    sentence = paragraph(answered, None, 30, hall.clock.today())
    assert "courrier" in sentence
    assert "Chorus" not in sentence


def test_an_answered_paper_is_taken_up_again(hall: Hall) -> None:
    """The supplier answers by post: no platform has to bring it back."""
    for act in (answers.recycle, answers.suspend):
        document = FIRST if act is answers.recycle else SECOND
        invoice = enter(hall, document, number=f"P-{document}", engagement="INCONNU")
        act(hall.app, AGENT, invoice.id, "Le numéro d'engagement manque.")
        again = holds.resume(hall.app, AGENT, invoice.id, "reçu par courrier", engagement="BC26-00077")
        assert again.state is InvoiceState.IN_VISA
        assert (again.interrupted_on is None) == (act is answers.recycle)


def test_a_supplier_is_reminded_of_chorus_once(hall: Hall) -> None:
    invoice = enter(hall)
    reminded = reminder.remind(hall.app, AGENT, invoice.id)
    text = letter(hall, reminded)
    assert "L. 2192-1" in text
    assert "SCOLAIRE" in text
    assert reminder.remind(hall.app, AGENT, invoice.id) == reminded
    events = [one for one in hall.ledger.history(Subject.INVOICE, [invoice.id]) if "rappel" in one.event.motif]
    assert len(events) == 1
    hall.deposit("60.00")
    hall.day()
    with pytest.raises(RuleError, match="Chorus Pro"):
        reminder.remind(hall.app, AGENT, "F2026-000002")


def test_no_remedy_speaks_of_a_status_of_chorus(hall: Hall) -> None:
    hall.day()  # the rules of the structure come with the first import
    invoice = enter(hall, engagement="INCONNU", service="INCONNU")
    assert {"ROUTE-ENG-UNKNOWN", "ROUTE-SERVICE-UNKNOWN"} <= {finding.code for finding in invoice.findings}
    assert not [one.sentence for one in invoice.findings if "statut" in one.sentence]


def test_a_credit_note_on_paper_is_one(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    note = enter(hall, kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1")
    assert note.signed_amount == Decimal("-60.00")
    assert "AVOIR-LINKED" in {finding.code for finding in note.findings}


def test_a_new_account_on_a_paper_is_called_back(hall: Hall) -> None:
    stranger = replace(typed(hall).supplier, iban="FR7619999000170010209876501")
    invoice = enter(hall, supplier=stranger)
    assert "BANK-IBAN-DIFFERENT" in {finding.code for finding in invoice.findings}
    account = bank.confirm(hall.app, AGENT, invoice.id, "rappelé au numéro du contrat")
    assert not account.cleared


def test_the_date_of_an_invoice_is_controlled(hall: Hall) -> None:
    invoice = enter(hall, issued_on=date(2031, 1, 1))
    assert "DATE-FUTURE" in {finding.code for finding in invoice.findings}


def letter(hall: Hall, invoice: Invoice) -> str:
    """Return the words of the letter made for an invoice: its pages are not compressed."""
    assert invoice.letter is not None
    data = hall.documents.kept[invoice.letter.sha256].decode("cp1252")
    shown = " ".join(re.findall(r"\((.*?)\) Tj", data))
    return re.sub(r"\\(\d{3})", lambda found: bytes([int(found[1], 8)]).decode("cp1252"), shown).replace("\\", "")
