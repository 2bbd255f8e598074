"""Whoever types a paper invoice in does not certify it (rule 18)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import answers, consult, entry, run, visa, visa_moves, visa_slip
from dematfin.domain.event import Subject
from dematfin.domain.invoice.content import Supplier
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.paper.rules import PaperRules, Route
from dematfin.domain.parties.person import Role
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import SeparationOfDuties
from dematfin.steps.capture import capture
from dematfin.steps.slips import slips
from dematfin.steps.visa import visa as open_folders
from examples import COMMUNE, IBAN, SUPPLIER, VISEUR
from fakes.hall import Hall
from reports.words import words

BOTH = replace(VISEUR, roles=VISEUR.roles | {Role.AGENT})
OTHER_HEAD = replace(VISEUR, name="Odile Autre")
RULES = PaperRules(routes=(Route(key="ECOLE", siret=COMMUNE, service="SCOLAIRE"),))


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., tuple[Hall, str]]:
    """Return what makes a hall where a head of service has typed an invoice of their own."""

    def make(*, small: bool) -> tuple[Hall, str]:
        hall = Hall.build(tmp_path, paper=RULES, small=small)
        (hall.folders.root / "scan.pdf").write_text("F:ECOLE:1\nfacture un", encoding="utf-8")
        run.run(hall.app, BOTH, capture)
        today = hall.clock.today()
        entry.say_arrival(hall.app, BOTH, "L2026-000001", today)
        words = entry.Entry(
            supplier=Supplier(identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=IBAN),
            number="P-1",
            issued_on=today - timedelta(days=3),
            ht=Decimal("50.00"),
            tva=Decimal("10.00"),
            ttc=Decimal("60.00"),
            siret=COMMUNE,
            service="SCOLAIRE",
            engagement="BC26-00077",
        )
        invoice = entry.enter(hall.app, BOTH, "D2026-000001", words)
        open_folders(hall.app)
        return hall, invoice.id

    return make


def test_18_whoever_entered_an_invoice_does_not_certify_it(typed: Callable[..., tuple[Hall, str]]) -> None:
    hall, key = typed(small=False)
    before = (dict(hall.ledger.records), hall.ledger.history())
    with pytest.raises(SeparationOfDuties, match="a saisi"):
        visa.approve(hall.app, BOTH, key, visa.ServiceFait(executed_on=hall.clock.today()))
    assert (hall.ledger.records, hall.ledger.history()) == before


def test_18_in_a_small_commune_it_is_an_exception_written_once(typed: Callable[..., tuple[Hall, str]]) -> None:
    hall, key = typed(small=True)
    click = visa.Click(key="clic-1")
    for _ in range(2):
        visa.approve(hall.app, BOTH, key, visa.ServiceFait(executed_on=hall.clock.today()), click=click)
    (exception,) = hall.all(Waiver)
    assert (exception.subject, exception.subject_id, exception.person) == (Subject.INVOICE, key, BOTH.id)
    assert exception.what == f"Paul Viseur a saisi la facture {key}, et l'a visée"
    assert exception.what in hall.ledger.history(Subject.INVOICE, (key,))[-1].event.motif
    assert consult.story(hall.app, BOTH, key).waivers == (exception,)
    assert consult.picture(hall.app, BOTH).waivers == (exception,)
    assert f"Dérogation « petite commune » : {exception.what}." in words(visa_slip.slip(hall.app, BOTH, key).pdf)


def test_a_paper_that_is_refused_goes_to_the_agent_who_writes_to_its_supplier(
    typed: Callable[..., tuple[Hall, str]],
) -> None:
    """Chorus Pro does not know it: refused without a letter, its supplier would wait for ever."""
    hall, key = typed(small=False)
    visa.refuse(hall.app, OTHER_HEAD, key, Motive.DUPLICATE, "Déjà payée en mars.")
    (held,) = hall.all(Invoice)
    assert (held.state, held.findings[-1].code, held.letter) == (InvoiceState.TO_CORRECT, "VISA-DOUBLON", None)
    assert visa_moves.may_undo(hall.app, OTHER_HEAD, key)
    answers.reject(hall.app, BOTH, key, "Déjà payée en mars.")
    slips(hall.app)
    (refused,), (folder,) = hall.all(Invoice), hall.all(VisaFolder)
    assert (refused.state, folder.state) == (InvoiceState.REFUSED, FolderState.REFUSED)
    assert None not in {refused.letter, folder.slip}
    assert not visa_moves.may_undo(hall.app, OTHER_HEAD, key)
