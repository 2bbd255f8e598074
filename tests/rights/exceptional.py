"""A town where each kind of exception takes place once, in the words of whoever does it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

import pytest

from acts.test_ascertain import TOTAL
from dematfin.acts import (
    absences,
    accounts,
    administer,
    after_payment,
    answers,
    ascertain,
    aside,
    bank,
    deposits,
    doubles,
    editor_flows,
    eliminations,
    entry,
    exchange,
    holds,
    litigation,
    lost_flow,
    mandats,
    neighbour,
    paper,
    payees,
    restoration,
    run,
    sign,
    visa_moves,
    withdraw,
)
from dematfin.domain.exceptional import Exceptional
from dematfin.domain.intention import Intention
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.restoration import Neighbour
from dematfin.errors import AlreadyThere, Refused, Unreachable
from dematfin.pes.build import Writer
from dematfin.pes.style import Style
from dematfin.pes.validate import Schemas
from dematfin.steps.capture import capture
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.tell import tell
from dematfin.steps.transmit import transmit
from editor_hall import brought
from examples import ADMIN, AGENT, MAIRE, VISEUR, account, content
from exports import Ordered
from fakes.hall import Hall, flux
from fakes.losing import NO_ARCHIVIST, failing, lose_the_answer, sent_hall, signed_hall
from fakes.signature import FakePlace
from restoration.backup import Backup, where
from steps.test_capture import DOUBT, RULES, TWO, drop
from steps.test_elimination import DIRECTOR, paid, years_later
from steps.test_hand_over import build as beside
from steps.test_hand_over import certified, hand
from steps.test_late_acquits import answered, told, yes
from steps.test_payees import handed, opened
from visa.desks import OTHER, STAND_IN, circuit, town

FIRST, SECOND, SHEET, LOT = "F2026-000001", "F2026-000002", "COMMUNE-2026-42", "L2026-000001"
WHY: Final = "vu avec la trésorerie"
NEW_IBAN: Final = "DE89370400440532013000"
TWO_ROLES: Final = replace(VISEUR, roles=frozenset({Role.VISEUR, Role.ORDONNATEUR}))
Scene = Callable[[Path, pytest.MonkeyPatch], Hall]
S = TypeVar("S", bound=Callable[..., Hall])
SCENES: Final[dict[Exceptional, Scene]] = {}


def scene(kind: Exceptional) -> Callable[[S], S]:
    """Say of which kind a scene is."""

    def kept(one: S) -> S:
        SCENES.setdefault(kind, one)
        return one

    return kept


@scene(Exceptional.SMALL_TOWN)
def one_person_for_two(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder, small=True)
    with hall.ledger.transaction() as books:
        books.save(TWO_ROLES)
    hall.to_sign("120.00")
    hall.sign(TWO_ROLES)
    return hall


@scene(Exceptional.FORCED)
def forced(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    hall.chorus.deposit("9100001", content("F-1", service_code="FERME"))
    hall.day()
    holds.force(hall.app, AGENT, FIRST, WHY)
    return hall


@scene(Exceptional.DISTINCT)
def two_alike(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    hall.chorus.deposit("9100001", content("F-1"))
    hall.chorus.deposit("9100002", content("F 001"))
    hall.day()
    doubles.decide(hall.app, AGENT, SECOND, FIRST, WHY, distinct=True)
    return hall


@scene(Exceptional.STEP_BYPASSED)
def bypassed(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = town(folder, circuit(["DST"], ["DGS"]))
    visa_moves.bypass(hall.app, ADMIN, FIRST, WHY)
    return hall


@scene(Exceptional.TRANSFERRED)
def transferred(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = town(folder)
    visa_moves.transfer(hall.app, VISEUR, FIRST, next(iter(OTHER.desks)), WHY)
    return hall


@scene(Exceptional.OUT_OF_CIRCUIT)
def taken_from_its_desk(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = town(folder)
    answers.reject(hall.app, AGENT, FIRST, WHY)
    return hall


@scene(Exceptional.ELSEWHERE)
def left_elsewhere(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = town(folder)
    holds.set_aside(hall.app, AGENT, FIRST, WHY)
    return hall


@scene(Exceptional.TAKEN_OVER)
def taken_over(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    hall.chorus.deposit("9100001", content("F-1"), "SERVICE_FAIT")
    hall.day()
    holds.take_over(hall.app, AGENT, FIRST, WHY)
    return hall


@scene(Exceptional.SETTLED)
def settled(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = town(folder)
    after_payment.settled(hall.app, AGENT, FIRST, hall.clock.today(), after_payment.Paid.CARTE)
    return hall


@scene(Exceptional.CHORUS_ADMITTED)
def recognised(folder: Path, patch: pytest.MonkeyPatch) -> Hall:
    def doubted(intention: Intention) -> str:
        message = f"Facture {intention.invoice_id} : déjà mandatée sous le n° inconnu."
        raise Refused(message)

    hall = Hall.build(folder)
    hall.certified("120.00")
    tell(hall.app)
    prepare(hall.app)
    hall.sign()
    hall.chorus.statuses["9100001"] = "MANDATEE"
    patch.setattr(hall.chorus, "publish", doubted)
    transmit(hall.app)
    hall.day()
    neighbour.admit(hall.app, AGENT, FIRST, WHY)
    return hall


@scene(Exceptional.ACCOUNT_CLEARED)
def cleared(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    with hall.ledger.transaction() as books:
        books.save(account())
    hall.chorus.deposit("9100001", content("F-1", supplier=replace(content().supplier, iban=NEW_IBAN)))
    hall.day()
    bank.confirm(hall.app, AGENT, NEW_IBAN, WHY)
    bank.confirm(hall.app, MAIRE, NEW_IBAN, WHY)
    return hall


@scene(Exceptional.CLAIM_CONFIRMED)
def confirmed(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = opened(folder)
    payees.confirm_assignment(hall.app, MAIRE, handed(hall).id, WHY)
    return hall


@scene(Exceptional.CLAIM_EXEMPT)
def exempt(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.beside(folder)
    hall.certified("120.00", "45.30", start=101)
    flow = brought(hall, folder, Ordered(), Ordered(number=502, invoice="ILLISIBLE", amount="45.30"))
    editor_flows.exempt(hall.app, AGENT, flow.id, "502", WHY)
    return hall


@scene(Exceptional.DISAGREEMENT_ACCEPTED)
def accepted(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.beside(folder)
    hall.certified("120.00", "99.00", start=101)
    flow = brought(hall, folder, Ordered(), Ordered(number=502, invoice="ILLISIBLE", amount="45.30"))
    editor_flows.choose(hall.app, AGENT, flow.id, "501", "F2026-000002")
    editor_flows.accept(hall.app, AGENT, flow.id, "501", "ECART-MONTANT", WHY)
    return hall


@scene(Exceptional.MANDAT_ASIDE)
def put_aside(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    hall.to_sign("120.00", "45.30")
    aside.set_aside(hall.app, MAIRE, SHEET, "1188", WHY)
    return hall


@scene(Exceptional.MANDAT_ABANDONED)
def abandoned(folder: Path, patch: pytest.MonkeyPatch) -> Hall:
    hall = put_aside(folder, patch)
    (gone,) = (one for one in hall.all(Mandat) if one.number == 1188)
    aside.abandon(hall.app, AGENT, gone.id, WHY)
    return hall


@scene(Exceptional.SIGNED_ON_PAPER)
def signed_on_paper(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder, paperless=False)
    writer = Writer(hall.documents.open, Schemas(), "1.0", Style(paperless=False))
    hall.app = replace(hall.app, writer=writer, signer=FakePlace())
    hall.to_sign("120.00")
    sign.sign_on_paper(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    return hall


def lost(folder: Path, patch: pytest.MonkeyPatch) -> Hall:
    """Return a town whose flow is at the TdT under a number that it does not tell."""
    hall = signed_hall(folder)
    lose_the_answer(hall, patch)
    hall.clock.advance(minutes=6)
    reconcile(hall.app)
    hall.clock.advance(minutes=6)
    return hall


@scene(Exceptional.DEPOSIT_ATTACHED)
def attached(folder: Path, patch: pytest.MonkeyPatch) -> Hall:
    hall = lost(folder, patch)
    deposits.attach(hall.app, AGENT, flux(hall).id, "1", WHY)
    return hall


@scene(Exceptional.FLOW_LOST)
def certified_lost(folder: Path, patch: pytest.MonkeyPatch) -> Hall:
    hall = lost(folder, patch)
    lost_flow.certify_absent(hall.app, AGENT, flux(hall).id, WHY, TOTAL)
    return hall


@scene(Exceptional.VERDICT_BY_HAND)
def ascertained(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = sent_hall(folder)
    told(hall, answered(yes(41)))
    ascertain.find_accepted(hall.app, AGENT, flux(hall).id, WHY)
    return hall


@scene(Exceptional.ALERT_CLOSED)
def seen(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = sent_hall(folder)
    with hall.ledger.transaction() as books:
        doubted = books.find(Mandat)[0]
        books.save(replace(doubted, doubt="Le comptable paie autre chose."))
    ascertain.see(hall.app, AGENT, doubted.id, WHY)
    return hall


@scene(Exceptional.FLOW_WITHDRAWN)
def withdrawn(folder: Path, patch: pytest.MonkeyPatch) -> Hall:
    hall = signed_hall(folder)
    patch.setattr(hall.tdt, "send", failing(AlreadyThere("Déjà reçu.")))
    patch.setattr(hall.tdt, "find", failing(NO_ARCHIVIST))
    transmit(hall.app)
    hall.clock.advance(minutes=6)
    lost_flow.certify_absent(hall.app, AGENT, flux(hall).id, WHY, TOTAL)
    mandats.resume(hall.app, AGENT, SHEET)
    hall.day()
    hall.sign()
    with hall.ledger.transaction() as books:
        books.save(replace(books.find(Mandat)[0], state=MandatState.TAKEN_IN_CHARGE))
    withdraw.withdraw(hall.app, AGENT, max(one.id for one in hall.all(Flux)), WHY)
    return hall


@scene(Exceptional.NOT_HANDED)
def not_handed(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = beside(folder)
    certified(hall, "120.00")
    hand(hall)
    exchange.absent(hall.app, AGENT, FIRST)
    return hall


def scanned(folder: Path, *pages: str) -> Hall:
    """Return a town that has taken in one file of paper."""
    hall = Hall.build(folder, paper=RULES)
    drop(hall, *pages)
    run.run(hall.app, AGENT, capture)
    return hall


@scene(Exceptional.PAPER_DISCARDED)
def discarded(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = scanned(folder, *TWO)
    paper.discard(hall.app, AGENT, "D2026-000001", WHY)
    return hall


@scene(Exceptional.PAPER_ACCEPTED)
def published(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = scanned(folder, *DOUBT)
    paper.publish_as_it_is(hall.app, AGENT, LOT, WHY)
    return hall


@scene(Exceptional.ARRIVAL_CHANGED)
def arrived_otherwise(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = scanned(folder, *TWO)
    entry.say_arrival(hall.app, AGENT, LOT, hall.clock.today())
    entry.say_arrival(hall.app, AGENT, LOT, hall.clock.today() - timedelta(days=1), WHY)
    return hall


@scene(Exceptional.AWAY_FOR_ANOTHER)
def absence_of_another(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = town(folder)
    today = hall.clock.today()
    asked = absences.Absence(absent=VISEUR.id, substitute=STAND_IN.id, starts_on=today, ends_on=today, reason=WHY)
    absences.delegate(hall.app, ADMIN, asked)
    return hall


@scene(Exceptional.PERSON_CHANGED)
def new_person(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    administer.add_person(hall.app, ADMIN, replace(VISEUR, roles=frozenset({Role.AGENT, Role.VISEUR})))
    return hall


@scene(Exceptional.ACCESS_GIVEN)
def password_given(folder: Path, patch: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    patch.setattr("dematfin.domain.parties.account.COST", 2)
    accounts.set_password(hall.app, ADMIN, VISEUR.id, "trois chevaux dans le préau")
    return hall


@scene(Exceptional.SETTING_CHANGED)
def small_from_now_on(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder, small=True)
    run.run(hall.app, AGENT, reconcile)
    run.run(hall.app, AGENT, reconcile)
    return hall


def found_again(folder: Path) -> Hall:
    """Return a town whose base was put back to before its flow left; the flow is found at the TdT."""
    hall = Hall.build(folder)
    hall.certified("120.00")
    backup = Backup.of(hall)
    hall.day()
    hall.sign()
    hall.day()
    for key in hall.chorus.statuses:
        hall.chorus.statuses[key] = "SERVICE_FAIT"
    backup.put_back(hall, said=False)
    restoration.signal(hall.app, ADMIN, backup.at, WHY)
    hall.clock.advance(hours=1)
    hall.day()
    return hall


@scene(Exceptional.BASE_RESTORED)
def put_back(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = Hall.build(folder)
    restoration.signal(hall.app, ADMIN, hall.clock.now(), WHY)
    return hall


@scene(Exceptional.NEIGHBOUR_CERTIFIED)
def answered_for(folder: Path, patch: pytest.MonkeyPatch, by: Person = AGENT) -> Hall:
    hall = put_back(folder, patch)
    patch.setattr(hall.tdt, "deposits", failing(Unreachable("Le TdT ne répond pas.")))
    hall.clock.advance(hours=1)
    hall.day()
    restoration.certify(hall.app, by, Neighbour.TDT, WHY, hall.clock.today())
    return hall


@scene(Exceptional.TRACE_VOID)
def without_effect(folder: Path, _: pytest.MonkeyPatch, by: Person = AGENT) -> Hall:
    hall = found_again(folder)
    (found,) = where(hall).found
    restoration.void(hall.app, by, found.id, WHY, found.total)
    return hall


@scene(Exceptional.GATE_REOPENED)
def opened_again(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = found_again(folder)
    restoration.reopen(hall.app, MAIRE, WHY, where(hall).total)
    return hall


def over(folder: Path) -> Hall:
    """Return a town whose invoices were paid long ago, in a month of its own."""
    hall = paid(folder)
    years_later(hall, date(2037, 1, 1))
    return hall


@scene(Exceptional.HOLD_LIFTED)
def lifted(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = over(folder)
    litigation.hold(hall.app, AGENT, FIRST, "contentieux")
    litigation.lift(hall.app, AGENT, FIRST, WHY)
    return hall


@scene(Exceptional.ELIMINATED)
def eliminated(folder: Path, _: pytest.MonkeyPatch) -> Hall:
    hall = over(folder)
    made = eliminations.prepare(hall.app, AGENT)
    eliminations.execute(hall.app, DIRECTOR, made.id, WHY, hall.clock.today())
    return hall
