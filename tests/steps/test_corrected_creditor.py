"""A mandat that the comptable rejected for its creditor or its account is issued again with what was corrected."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dematfin.acts import attachments, bank, consult, mandats, payees
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.explanation import explain
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.domain.parties.tiers import BankAccount
from dematfin.errors import PiecesMissing
from dematfin.steps.intake import intake
from dematfin.steps.keeping import Given
from dematfin.steps.prepare import prepare
from examples import AGENT, IBAN, MAIRE, account, assignment, subcontract, tiers
from fakes.hall import Hall

NEW = "FR7630006000011234567890189"
TRACE = "Mme Petit, au numéro du marché"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall whose mandat, shown as mandated in Chorus Pro, came back from the comptable."""
    built = Hall.build(tmp_path)
    built.to_sign("120.00")
    built.sign()
    built.tdt.rejected = {1187}
    built.day()
    assert back(built).state is MandatState.REJECTED
    return built


def back(hall: Hall) -> Mandat:
    found: tuple[Mandat, ...] = hall.all(Mandat)
    assert len(found) == 1
    return found[0]


def rejected_for(hall: Hall, code: str) -> None:
    reasons = (Reason(speaker=Speaker.COMPTABLE, code=code),)
    save(hall, replace(back(hall), reasons=reasons))


def motif(hall: Hall) -> str:
    return hall.ledger.events[-1].event.motif


def save(hall: Hall, *records: object) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def new_account(hall: Hall, iban: str = NEW, **changes: str) -> None:
    """Leave the registers as an import does: a new account of a firm that is known waits for two people."""
    one = tiers(account=BankAccount(iban=iban, bic="AGRIFRPP", holder="PAPETERIE DU LAC"), **changes)
    save(hall, one, account(NEW, trusted=False))


def clear(hall: Hall) -> None:
    for who in (AGENT, MAIRE):
        bank.confirm(hall.app, who, NEW, TRACE)


def test_a_corrected_account_is_paid_once_two_people_have_cleared_it(hall: Hall) -> None:
    rejected_for(hall, "09")
    told = explain(back(hall))
    assert (told.command, told.then) == (
        "dematfin tiers importer FICHIER",
        f"dematfin mandat reemettre {back(hall).id}",
    )
    new_account(hall)
    with pytest.raises(PiecesMissing, match=r"deux personnes \(dematfin tiers iban valider\)"):
        mandats.reissue(hall.app, AGENT, back(hall).id)
    assert back(hall).state is MandatState.REJECTED
    clear(hall)
    again = mandats.reissue(hall.app, AGENT, back(hall).id)
    assert (again.tiers.account.iban, again.tiers.account.bic, again.number) == (NEW, "AGRIFRPP", 1187)
    assert "PAPETERIE DU LAC, compte FR76…0189" in motif(hall)


@pytest.mark.parametrize("shown", ["MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE"])
def test_it_goes_to_the_comptable_again_and_is_paid(hall: Hall, shown: str) -> None:
    hall.chorus.statuses.update(dict.fromkeys(hall.chorus.statuses, shown))
    intake(hall.app)
    assert [one.remote_status for one in hall.all(Invoice)] == [shown]
    rejected_for(hall, "9")
    new_account(hall)
    clear(hall)
    again = mandats.reissue(hall.app, AGENT, back(hall).id)
    hall.day()
    assert back(hall).state is MandatState.PREPARED  # annexe I wants the new RIB
    attachments.attach(hall.app, AGENT, again.id, Given(name="rib.pdf", data=b"%PDF-1.7 rib", kind=PieceKind.RIB))
    hall.day()
    assert hall.sign() == 1
    hall.day()
    assert (back(hall).state, back(hall).tiers.account.iban) == (MandatState.PAID, NEW)


def test_another_rejection_keeps_the_account_that_the_invoice_bears(hall: Hall) -> None:
    rejected_for(hall, "02")
    new_account(hall)
    clear(hall)
    assert mandats.reissue(hall.app, AGENT, back(hall).id).tiers.account.iban == IBAN


def test_a_corrected_name_is_taken_and_what_was_not_corrected_stays(hall: Hall) -> None:
    rejected_for(hall, "16")
    new_account(hall, iban=IBAN, name="PAPETERIE DU LAC SAS")
    made = back(hall)
    again = mandats.reissue(hall.app, AGENT, made.id)
    assert (again.tiers.name, again.tiers.account.iban) == ("PAPETERIE DU LAC SAS", IBAN)
    assert (again.lines, again.amount, again.pieces, again.label) == (made.lines, made.amount, made.pieces, made.label)
    assert "PAPETERIE DU LAC SAS" in motif(hall)


def test_a_claim_that_was_handed_over_is_paid_to_the_factor(hall: Hall) -> None:
    rejected_for(hall, "16")
    factor = tiers(
        id="F00700",
        name="FACTOFRANCE",
        identifier="35600000000048",
        siren="356000000",
        account=BankAccount(iban=NEW, holder="FACTOFRANCE SA"),
    )
    save(hall, factor, account(NEW, id=f"356000000:{NEW}", siren="356000000"), assignment(calls=()))
    with pytest.raises(PiecesMissing, match="affacturage valider"):
        mandats.reissue(hall.app, AGENT, back(hall).id)
    for who in (AGENT, MAIRE):
        payees.confirm_assignment(hall.app, who, assignment().id, TRACE)
    again = mandats.reissue(hall.app, AGENT, back(hall).id)
    assert (again.assignment, again.tiers.account.iban) == (assignment().id, NEW)


def test_a_subcontractor_does_not_reach_its_ceiling_by_its_own_mandat_nor_lose_it_with_its_contract(hall: Hall) -> None:
    contract = subcontract(ceiling=back(hall).amount)
    (billed,) = hall.all(Invoice)
    save(hall, contract, replace(back(hall), subcontract=contract.id), billed)
    again = mandats.reissue(hall.app, AGENT, back(hall).id)
    assert again.subcontract == contract.id
    ended = replace(contract, ended_on=date(2026, 3, 1))
    save(hall, ended, replace(back(hall), state=MandatState.REJECTED))
    assert mandats.reissue(hall.app, AGENT, back(hall).id).tiers == again.tiers


def test_a_reissued_mandat_is_not_taken_for_somebody_elses(hall: Hall) -> None:
    (billed,) = hall.all(Invoice)
    save(hall, replace(billed, remote_status="MISE_A_DISPOSITION_COMPTABLE"))
    mandats.reissue(hall.app, AGENT, back(hall).id)
    for _ in range(2):  # while it waits, then in its bordereau
        assert [gap.code for gap in consult.gaps(hall.app, AGENT)] == ["CHORUS-ECART-CONNU"]
        prepare(hall.app)
