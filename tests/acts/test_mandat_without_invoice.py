"""A mandat that pays no invoice lives like any other: signed, sent, paid, rejected, issued again, taken back, told."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import aside, attachments, bank, book, mandats, reductions, timeline, ventilation
from dematfin.acts.mandat_entry import enter
from dematfin.domain.mandat.entry import MandatEntry, Purpose
from dematfin.domain.mandat.explanation import explain
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.justify import PieceRules
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.domain.mandat.ventilation import Asked
from dematfin.domain.parties.tiers import BankAccount
from dematfin.domain.registers import Credit, Imputation, credit_id
from dematfin.errors import PiecesMissing, RuleError, SeparationOfDuties
from dematfin.reports.book import write
from dematfin.steps.follow_up import follow_up
from dematfin.steps.keeping import Given
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit
from examples import AGENT, BUDGETS, COMMUNE, MAIRE, account, tiers
from fakes.hall import Hall, flux

GRANT = Given(name="deliberation.pdf", data=b"%PDF-1.7 deliberation", kind=PieceKind.DELIBERATION)
TREATY = Given(name="convention.pdf", data=b"%PDF-1.7 convention", kind=PieceKind.CONVENTION)
NEW = "FR7630006000011234567890189"


def subsidy(amount: str = "1500.00", label: str = "Subvention 2026, club de judo", **changes: Any) -> MandatEntry:
    usual = MandatEntry(
        purpose=Purpose.SUBVENTION,
        budget="COMMUNE",
        tiers="F00231",
        amount=Decimal(amount),
        label=label,
        base=Asked(nature="65748", fonction="30"),
    )
    return replace(usual, **changes)


def hall_with(folder: Path, *said: MandatEntry, **policy: Any) -> Hall:
    hall = Hall.build(folder, **policy)
    for one in said:
        enter(hall.app, AGENT, one, (GRANT,))
    return hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return hall_with(tmp_path, subsidy())


def only(hall: Hall) -> Mandat:
    (found,) = hall.all(Mandat)
    assert isinstance(found, Mandat)
    return found


def sent(hall: Hall) -> None:
    assert prepare(hall.app).failures == ()
    assert hall.sign() == 1
    transmit(hall.app)


def test_typed_prepared_signed_sent_and_paid(hall: Hall) -> None:
    assert prepare(hall.app).failures == ()
    numbered = only(hall)
    assert (numbered.state, numbered.number, numbered.bordereau) == (
        MandatState.IN_BORDEREAU,
        1187,
        "COMMUNE-2026-42",
    )
    hall.sign()
    transmit(hall.app)
    assert flux(hall).state is FluxState.TRANSMITTED
    assert hall.chorus.told == []
    follow_up(hall.app)
    assert (only(hall).state, only(hall).paid) == (MandatState.PAID, Decimal("1500.00"))


def test_its_thread_tells_its_life(hall: Hall) -> None:
    sent(hall)
    follow_up(hall.app)
    told = timeline.thread(hall.app, AGENT, only(hall).id)
    assert "saisi sans facture" in told.moments[0].what
    assert told.records.invoices == ()
    assert [one.id for one in told.records.flows] == [flux(hall).id]
    assert told.standing.now.startswith("Payé le")


def test_the_book_of_the_mayor_shows_its_first_document(hall: Hall) -> None:
    prepare(hall.app)
    read = book.book(hall.app, MAIRE, only(hall).bordereau)
    (piece,) = hall.all(Piece)
    assert (read.entries[0].first_page, read.entries[0].invoices) == (piece.document, ())
    sink = BytesIO()
    write(read, lambda _: b"\xff\xd8\xff", sink)
    page = sink.getvalue().decode()
    assert "Première page de la première pièce" in page
    assert "<dt>Facture</dt><dd>aucune</dd>" in page
    assert "aucun délai à suivre, il ne paie pas de facture" in page


def test_rejected_it_is_issued_again_as_the_register_says_today(hall: Hall) -> None:
    hall.tdt.rejected = {1187}
    sent(hall)
    follow_up(hall.app)
    assert only(hall).state is MandatState.REJECTED
    moved = tiers(account=BankAccount(iban=NEW, bic="AGRIFRPP", holder="PAPETERIE DU LAC"))
    with hall.ledger.transaction() as books:
        books.save(moved, account(NEW, trusted=False))
    with pytest.raises(PiecesMissing, match="deux personnes"):
        mandats.reissue(hall.app, AGENT, only(hall).id)
    for who in (AGENT, MAIRE):
        bank.confirm(hall.app, who, NEW, "M. Lac, au numéro de la convention")
    assert mandats.reissue(hall.app, AGENT, only(hall).id).tiers == moved
    hall.tdt.rejected = set()
    assert any("le RIB du compte nouveau" in note for note in prepare(hall.app).notes)
    attachments.attach(hall.app, AGENT, only(hall).id, replace(GRANT, kind=PieceKind.RIB))
    sent(hall)
    follow_up(hall.app)
    assert only(hall).state is MandatState.PAID


@pytest.mark.parametrize(("code", "command"), [("05", "pieces joindre {} FICHIER"), ("04", "pieces liste {}")])
def test_what_to_do_of_it_names_no_invoice(hall: Hall, code: str, command: str) -> None:
    made = only(hall)
    reasons = (Reason(speaker=Speaker.COMPTABLE, code=code),)
    told = explain(replace(made, state=MandatState.REJECTED, reasons=reasons))
    assert told.command.startswith(f"dematfin {command.format(made.id)}")


def test_whoever_typed_it_does_not_sign_it(hall: Hall) -> None:
    both = replace(AGENT, roles=AGENT.roles | MAIRE.roles)
    with hall.ledger.transaction() as books:
        books.save(both)
    prepare(hall.app)
    with pytest.raises(SeparationOfDuties, match="préparé"):
        hall.sign(both)


def test_it_is_on_no_marche(hall: Hall) -> None:
    with pytest.raises(RuleError, match="ne paie aucune facture"):
        ventilation.ventilate(hall.app, AGENT, only(hall).id, [Asked(marche="2025-17")])
    assert ventilation.ventilate(hall.app, AGENT, only(hall).id, [Asked(nature="6574")]).lines[0].amount == 1500


def test_set_aside_then_given_up_it_frees_its_number(hall: Hall) -> None:
    prepare(hall.app)
    made = only(hall)
    aside.set_aside(hall.app, MAIRE, made.bordereau, made.id, "À revoir en conseil")
    gone = aside.abandon(hall.app, AGENT, made.id, "Somme fausse")
    assert (gone.state, gone.number) == (MandatState.CANCELLED, 1187)
    enter(hall.app, AGENT, subsidy(), (GRANT,))
    prepare(hall.app)
    assert {one.number for one in hall.all(Mandat) if one.state is MandatState.IN_BORDEREAU} == {1187}


def test_given_up_its_credits_are_free_again(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    key = credit_id(COMMUNE, 2026, Imputation(nature="65748"))
    with hall.ledger.transaction() as books:
        books.save(
            Credit(id=key, siret=COMMUNE, exercice=2026, chapter="65", investment=False, available=Decimal("1500.00"))
        )
    made = enter(hall.app, AGENT, subsidy(), (GRANT,)).mandat
    assert hall.all(Credit)[0].remaining == 0
    assert reductions.cancel(hall.app, AGENT, made.id, "Somme fausse").state is MandatState.CANCELLED
    assert hall.all(Credit)[0].remaining == Decimal("1500.00")
    assert enter(hall.app, AGENT, subsidy(), (GRANT,)).mandat.state is MandatState.PREPARED


def test_a_regie_taken_back_is_an_ordinary_reduction(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    said = subsidy(purpose=Purpose.REGIE, regie="R042", paid_on=hall.clock.today(), label="Régie, mars")
    made = enter(hall.app, AGENT, said, (GRANT,)).mandat
    sent(hall)
    follow_up(hall.app)
    taken = reductions.reduce(hall.app, AGENT, made.id, reductions.Wish(motif="Trop", amount=Decimal("10.00")))
    assert taken.triplet == ("02", "02", "06")
    attachments.attach(hall.app, AGENT, taken.id, replace(GRANT, kind=PieceKind.ETAT_LIQUIDATIF))
    assert prepare(hall.app).failures == ()
    assert {one.state for one in hall.all(Mandat)} >= {MandatState.IN_BORDEREAU}


def test_beyond_23_000_euros_in_the_year_a_convention_is_asked_for(tmp_path: Path) -> None:
    hall = hall_with(tmp_path, subsidy("20000.00", "Acompte"), pieces=PieceRules(strict=True))
    assert attachments.missing_pieces(hall.app, AGENT) == ()
    second = enter(hall.app, AGENT, subsidy("3000.00", "Deuxième acompte"), (GRANT,))
    assert second.lacking == ()
    third = enter(hall.app, AGENT, subsidy("0.01", "Solde"), (GRANT,))
    assert [one.code for one in third.lacking] == ["PJ-SUBVENTION-CONVENTION"]
    assert "convention" in third.lacking[0].sentence
    attachments.attach(hall.app, AGENT, third.mandat.id, TREATY)
    left = {one.about for one in attachments.missing_pieces(hall.app, AGENT)}
    assert third.mandat.id not in left


def test_a_public_body_needs_no_convention_and_a_waiver_is_written_down(tmp_path: Path) -> None:
    rules = PieceRules(strict=True, waived=frozenset({"7:DELIBERATION"}), convention="Convention du 12/01/2026")
    hall = Hall.build(tmp_path, pieces=rules)
    with hall.ledger.transaction() as books:
        books.save(tiers(category="23", legal_nature="09"))
    made = enter(hall.app, AGENT, subsidy("30000.00"), (replace(GRANT, kind=PieceKind.CERTIFICAT),))
    assert made.lacking == ()
    prepare(hall.app)
    motifs = [one.event.motif for one in hall.ledger.history(keys=[made.mandat.id])]
    assert any("7:DELIBERATION" in motif for motif in motifs)


def test_strict_rules_keep_it_out_of_bordereaux_until_it_is_justified(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, pieces=PieceRules(strict=True))
    made = enter(hall.app, AGENT, subsidy(), (replace(GRANT, kind=PieceKind.ANNEXE),)).mandat
    assert any("il manque la délibération" in note for note in prepare(hall.app).notes)
    assert only(hall).state is MandatState.PREPARED
    attachments.attach(hall.app, AGENT, made.id, replace(GRANT, data=b"%PDF-1.7 vote"))
    prepare(hall.app)
    assert only(hall).state is MandatState.IN_BORDEREAU


def test_the_mandats_of_an_editors_budget_are_made_over_there(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, budgets=(replace(BUDGETS[0], editor=True),))
    with pytest.raises(RuleError, match=r"logiciel financier.*COMMUNE.*bordereau importer"):
        enter(hall.app, AGENT, subsidy(), (GRANT,))
    assert hall.all(Mandat) == ()


def test_in_january_an_agent_chooses_the_exercice(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.clock.advance(days=320)
    assert hall.clock.today().isoformat() == "2027-01-16"
    with pytest.raises(RuleError, match=r"--exercice 2026 ou --exercice 2027"):
        enter(hall.app, AGENT, subsidy(), (GRANT,))
    made = enter(hall.app, AGENT, subsidy(exercice=2026), (GRANT,)).mandat
    assert (made.exercice, made.id) == (2026, "M2026-000001")
    capital = Asked(nature="20422", fonction="30", investment=True)
    assert enter(hall.app, AGENT, subsidy(base=capital, label="Capital"), (GRANT,)).mandat.exercice == 2027
    hall.clock.advance(days=20)
    assert any("ressaisissez-le" in note for note in prepare(hall.app).notes)


def test_several_lines_make_its_amount(tmp_path: Path) -> None:
    parts = (Asked(percent=Decimal(70)), Asked(nature="6574", percent=Decimal(30)))
    hall = hall_with(tmp_path, subsidy("100.01", lines=parts))
    assert [(one.number, one.imputation.nature, one.amount) for one in only(hall).lines] == [
        (1, "65748", Decimal("70.01")),
        (2, "6574", Decimal("30.00")),
    ]
