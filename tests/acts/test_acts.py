"""What a person does is checked, recorded with that person, and never counts twice."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import administer, consult, mandats, registers, rehearse, sign, visa
from dematfin.acts import run as acts
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import MAY, Act, Person, Role
from dematfin.domain.registers import Imputation
from dematfin.domain.visa.decision import Motive
from dematfin.errors import (
    Forbidden,
    IllegalTransition,
    RuleError,
    SeparationOfDuties,
    SignatureError,
    UnknownRecord,
)
from dematfin.ports.signature import Collected, Progress, ToSign
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit
from examples import ADMIN, AGENT, CCAS, MAIRE, VISEUR
from fakes.hall import Hall
from fakes.signature import FakeSigner

DEPUTY = Person(id="adjointe", name="Ana Adjointe", roles=frozenset({Role.ORDONNATEUR}))
OTHER_DESK = Person(id="autre", name="Autre Bureau", roles=frozenset({Role.VISEUR}), desks=frozenset({"VOIRIE"}))
EVERYTHING = Person(id="tout", name="Tout Seul", roles=frozenset(Role), desks=frozenset({"SCOLAIRE"}))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with one invoice of 120.00 on the desk SCOLAIRE."""
    built = Hall.build(tmp_path)
    built.deposit("120.00")
    built.day()
    return built


def invoice(hall: Hall) -> Invoice:
    (only,) = hall.all(Invoice)
    assert isinstance(only, Invoice)
    return only


def to_sign(hall: Hall, who: Person = VISEUR, by: Person = AGENT) -> str:
    visa.approve(hall.app, who, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today()))
    acts.run(hall.app, by, prepare)
    (flux,) = hall.all(Flux)
    return str(flux.id)


def test_a_head_of_service_certifies_and_is_recorded(hall: Hall) -> None:
    visa.approve(hall.app, VISEUR, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today()), "Conforme.")
    assert invoice(hall).state is InvoiceState.SERVICE_FAIT
    assert invoice(hall).executed_on == hall.clock.today()
    last = hall.ledger.history(Subject.INVOICE, ["F2026-000001"])[-1].event
    assert (last.by, last.after) == (VISEUR.id, InvoiceState.SERVICE_FAIT)


@pytest.mark.parametrize("who", [AGENT, MAIRE, ADMIN, OTHER_DESK, replace(VISEUR, active=False)])
def test_nobody_else_certifies(hall: Hall, who: Person) -> None:
    with pytest.raises(Forbidden, match=who.name):
        visa.approve(hall.app, who, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today()))
    assert invoice(hall).state is InvoiceState.IN_VISA


def test_a_visa_is_given_once_and_not_for_tomorrow(hall: Hall) -> None:
    with pytest.raises(RuleError, match="futur"):
        visa.approve(
            hall.app, VISEUR, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today() + timedelta(days=1))
        )
    visa.approve(hall.app, VISEUR, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today()))
    with pytest.raises(RuleError):
        visa.approve(hall.app, VISEUR, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today()))
    with pytest.raises(RuleError):
        visa.refuse(hall.app, VISEUR, "F2026-000001", Motive.OTHER, "trop tard")


@pytest.mark.parametrize(
    ("motive", "state", "told"),
    [
        (Motive.SERVICE_NOT_DONE, InvoiceState.REFUSED, ["REJETEE"]),
        (Motive.DUPLICATE, InvoiceState.REFUSED, ["REJETEE"]),
        (Motive.NOT_MY_SERVICE, InvoiceState.TO_CORRECT, []),
        (Motive.WRONG_ENGAGEMENT, InvoiceState.TO_CORRECT, []),
    ],
)
def test_a_refusal_goes_back_to_whom_it_concerns(
    hall: Hall, motive: Motive, state: InvoiceState, told: list[str]
) -> None:
    with pytest.raises(RuleError, match="expliqué"):
        visa.refuse(hall.app, VISEUR, "F2026-000001", motive, "  ")
    visa.refuse(hall.app, VISEUR, "F2026-000001", motive, "Rien n'est arrivé.")
    assert invoice(hall).state is state
    hall.day()
    assert [status for _, status, _ in hall.chorus.told] == told
    assert invoice(hall).state is state  # no register takes back what a person said


def test_the_mayor_signs_what_she_saw(hall: Hall) -> None:
    nomfic = to_sign(hall)
    with pytest.raises(RuleError, match="119,99"):
        sign.sign(hall.app, MAIRE, nomfic, Decimal("119.99"))
    for who in (AGENT, VISEUR, ADMIN):
        with pytest.raises(Forbidden):
            sign.sign(hall.app, who, nomfic, Decimal("120.00"))
    sign.sign(hall.app, MAIRE, nomfic, Decimal("120.00"))
    (flux,) = hall.all(Flux)
    assert (flux.state, flux.signed_by) == (FluxState.SIGNED, MAIRE.id)
    with pytest.raises(RuleError):
        sign.sign(hall.app, MAIRE, nomfic, Decimal("120.00"))


@pytest.mark.parametrize(("certifies", "prepares"), [(EVERYTHING, AGENT), (VISEUR, EVERYTHING)])
def test_two_acts_of_one_person_are_not_two_persons(hall: Hall, certifies: Person, prepares: Person) -> None:
    nomfic = to_sign(hall, certifies, prepares)
    with pytest.raises(SeparationOfDuties, match="Tout Seul"):
        sign.sign(hall.app, EVERYTHING, nomfic, Decimal("120.00"))
    assert hall.all(Flux)[0].state is FluxState.BUILT
    sign.sign(hall.app, MAIRE, nomfic, Decimal("120.00"))


def test_a_small_commune_may_and_it_is_written_down(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, small=True)
    with hall.ledger.transaction() as books:
        books.save(EVERYTHING)
    hall.deposit("120.00")
    hall.day()
    nomfic = to_sign(hall, EVERYTHING, EVERYTHING)
    sign.sign(hall.app, EVERYTHING, nomfic, Decimal("120.00"))
    assert "petite commune" in hall.ledger.history(Subject.FLUX, [nomfic])[-1].event.motif


def test_a_signature_that_is_not_good_is_not_kept(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = to_sign(hall)

    def badly(_: FakeSigner, reference: str, target: Path) -> Collected:
        target.write_bytes(b"<faux/>")
        return Collected(progress=Progress.SIGNED)

    monkeypatch.setattr(FakeSigner, "collect", badly)
    with pytest.raises(SignatureError, match="rien n'est gardé"):
        sign.sign(hall.app, MAIRE, nomfic, Decimal("120.00"))
    assert hall.all(Flux)[0].signed is None


def test_a_flow_changed_since_its_preparation_is_not_signed(hall: Hall) -> None:
    nomfic = to_sign(hall)
    unsigned = hall.all(Flux)[0].unsigned
    hall.documents.kept[unsigned.sha256] = hall.documents.kept[unsigned.sha256].replace(b"120.00", b"120.01")
    with pytest.raises(SignatureError, match="préparé"):
        sign.sign(hall.app, MAIRE, nomfic, Decimal("120.00"))
    assert hall.all(Flux)[0].state is FluxState.BUILT


def test_of_two_who_sign_together_one_signs(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = to_sign(hall)
    submit = FakeSigner.submit

    def meanwhile(signer: FakeSigner, request: ToSign) -> str:
        monkeypatch.undo()
        sign.sign(hall.app, DEPUTY, nomfic, Decimal("120.00"))
        return submit(signer, request)

    monkeypatch.setattr(FakeSigner, "submit", meanwhile)
    with pytest.raises(IllegalTransition):
        sign.sign(hall.app, MAIRE, nomfic, Decimal("120.00"))
    assert hall.all(Flux)[0].signed_by == DEPUTY.id
    signatures = [one for one in hall.ledger.history(Subject.FLUX, [nomfic]) if one.event.after == FluxState.SIGNED]
    assert len(signatures) == 1


def test_a_mandat_whose_flow_broke_a_rule_can_be_corrected(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Finding(code="PES-NATURE", severity=Severity.BLOCKING, sentence="La nature n'existe pas.")
    monkeypatch.setattr(hall.app.writer, "problems", lambda *_: (wrong,))
    visa.approve(hall.app, VISEUR, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today()))
    (failure,) = acts.run(hall.app, AGENT, prepare).failures
    assert "La nature n'existe pas." in failure.sentence
    assert hall.all(Flux) == ()
    (mandat,) = hall.all(Mandat)
    mandats.correct(hall.app, AGENT, mandat.id, Imputation(nature="6064"))
    monkeypatch.undo()
    acts.run(hall.app, AGENT, prepare)
    (flux,) = hall.all(Flux)
    assert b"6064" in hall.documents.kept[flux.unsigned.sha256]
    assert hall.all(Mandat)[0].number == 1187


def test_a_mandat_is_corrected_only_while_it_is_open(hall: Hall) -> None:
    to_sign(hall)
    (mandat,) = hall.all(Mandat)
    with pytest.raises(RuleError, match="figé"):
        mandats.correct(hall.app, AGENT, mandat.id, Imputation(nature="6064"))
    with pytest.raises(RuleError, match="refusé"):
        mandats.resume(hall.app, AGENT, mandat.bordereau)
    with pytest.raises(RuleError, match="rejeté"):
        mandats.reissue(hall.app, AGENT, mandat.id)
    with pytest.raises(UnknownRecord):
        mandats.reissue(hall.app, AGENT, "M2026-999999")


def test_the_first_person_is_an_administrateur_and_then_only_they_add_others(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.ledger.records.clear()
    with pytest.raises(RuleError, match="administrateur"):
        administer.add_person(hall.app, None, AGENT)
    administer.add_person(hall.app, None, replace(ADMIN, system_user="luc"))
    with pytest.raises(Forbidden):
        administer.add_person(hall.app, None, AGENT)
    with pytest.raises(Forbidden):
        administer.add_person(hall.app, AGENT, AGENT)
    administer.add_person(hall.app, ADMIN, replace(AGENT, system_user="claire"))
    with pytest.raises(RuleError, match="claire"):
        administer.add_person(hall.app, ADMIN, replace(MAIRE, system_user="claire"))


def test_whoever_leaves_has_no_right_any_more(hall: Hall) -> None:
    with pytest.raises(Forbidden):
        administer.retire_person(hall.app, AGENT, VISEUR.id)
    with pytest.raises(RuleError, match="aucun administrateur"):
        administer.retire_person(hall.app, ADMIN, ADMIN.id)
    gone = administer.retire_person(hall.app, ADMIN, VISEUR.id)
    assert (gone.active, gone.may(Act.VISA), gone.desks) == (False, False, VISEUR.desks)
    assert hall.ledger.history()[-1].event.after == "inactif"


def test_a_budget_is_opened_once(hall: Hall) -> None:
    year = BudgetYear(
        id=budget_year_id(CCAS, 2026), siret=CCAS, exercice=2026, last_mandat=1, last_bordereau=1, cumul=Decimal(0)
    )
    administer.open_budget(hall.app, ADMIN, year)
    with pytest.raises(RuleError, match="CCAS"):
        administer.open_budget(hall.app, ADMIN, replace(year, last_mandat=99))


@pytest.mark.parametrize("act", Act)
def test_each_role_may_do_its_acts_and_no_other(act: Act) -> None:
    for role in Role:
        person = Person(id="x", name="Ixe", roles=frozenset({role}))
        assert person.may(act) == (role in MAY[act])
    assert not Person(id="x", name="Ixe", roles=frozenset()).may(act)


def test_nobody_who_signs_or_certifies_administers() -> None:
    assert MAY[Act.ADMINISTER].isdisjoint(MAY[Act.SIGN] | MAY[Act.VISA] | MAY[Act.PREPARE])
    assert MAY[Act.SIGN].isdisjoint(MAY[Act.VISA] | MAY[Act.PREPARE] | MAY[Act.TRANSMIT])


def test_steps_are_run_by_those_who_may(hall: Hall) -> None:
    for who, step in ((VISEUR, prepare), (MAIRE, transmit), (ADMIN, prepare)):
        with pytest.raises(Forbidden):
            acts.run(hall.app, who, step)
    with pytest.raises(Forbidden):
        list(acts.day(hall.app, VISEUR))
    with pytest.raises(Forbidden):
        registers.import_tiers(hall.app, VISEUR, Path("tiers.csv"))


def test_a_rehearsal_changes_nothing(hall: Hall) -> None:
    nomfic = to_sign(hall)
    sign.sign(hall.app, MAIRE, nomfic, Decimal("120.00"))
    before = (dict(hall.ledger.records), len(hall.ledger.events), list(hall.chorus.told))
    said = " ".join(rehearse.transmission(hall.app, AGENT))
    list(rehearse.day(hall.app, AGENT))
    assert nomfic in said
    assert "1187" in said
    assert (hall.ledger.records, len(hall.ledger.events), hall.chorus.told) == before
    assert hall.tdt.received == {}


def test_the_story_of_an_invoice_is_one_line_from_the_notification_to_the_payment(hall: Hall) -> None:
    sign.sign(hall.app, MAIRE, to_sign(hall), Decimal("120.00"))
    hall.day()
    story = consult.story(hall.app, AGENT, "F2026-000001")
    order = [written.sequence for written in story.events]
    assert order == sorted(order)
    states = [(str(written.event.subject), written.event.after) for written in story.events]
    walk = (
        ("facture", "RECEIVED"),
        ("facture", "IN_VISA"),
        ("visa", "APPROVED"),
        ("facture", "SERVICE_FAIT"),
        ("facture", "TO_PAY"),
        ("mandat", "IN_BORDEREAU"),
        ("flux", "SIGNED"),
        ("flux", "TRANSMITTED"),
        ("flux", "ACKNOWLEDGED"),
        ("mandat", "PAID"),
    )
    places = [states.index(step) for step in walk]
    assert places == sorted(places)


def test_somebody_always_administers(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    with pytest.raises(RuleError, match="administrateur"):
        administer.add_person(hall.app, ADMIN, replace(ADMIN, roles=frozenset({Role.AGENT})))
    with pytest.raises(RuleError, match="administrateur"):
        administer.add_person(hall.app, ADMIN, replace(ADMIN, active=False))
    other = Person(id="autre", name="Autre", roles=frozenset({Role.ADMINISTRATEUR}))
    administer.add_person(hall.app, ADMIN, other)
    administer.add_person(hall.app, ADMIN, replace(ADMIN, active=False))


@pytest.mark.parametrize("account", ["60A32", "²", "6 0632"])
def test_an_account_is_made_of_digits(hall: Hall, account: str) -> None:
    visa.approve(hall.app, VISEUR, "F2026-000001", visa.ServiceFait(executed_on=hall.clock.today()))
    acts.run(hall.app, AGENT, prepare)
    (mandat,) = hall.all(Mandat)
    with pytest.raises(RuleError, match=f"{mandat.id}.*chiffres"):
        mandats.correct(hall.app, AGENT, mandat.id, Imputation(nature=account))


def test_a_mandat_issued_again_keeps_its_whole_story(hall: Hall) -> None:
    sign.sign(hall.app, MAIRE, to_sign(hall), Decimal("120.00"))
    hall.tdt.rejected = {1187}
    hall.day()
    (mandat,) = hall.all(Mandat)
    mandats.reissue(hall.app, AGENT, mandat.id)
    hall.day()
    hall.sign()
    hall.day()
    story = consult.story(hall.app, AGENT, "F2026-000001")
    told = {written.event.subject_id for written in story.events if written.event.subject is Subject.BORDEREAU}
    assert told == {"COMMUNE-2026-42", "COMMUNE-2026-43"}
    assert len({w.event.subject_id for w in story.events if w.event.subject is Subject.FLUX}) == 2
