"""One mandat is set aside: the others leave without it, no number is lost, none is given twice."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import aside, consult
from dematfin.acts import run as acts
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import Engagement
from dematfin.errors import ComeBackLater, Forbidden, IllegalTransition, RuleError, UnknownRecord
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import _form_intentions, deposit, transmit
from examples import AGENT, MAIRE, VISEUR
from fakes.hall import Hall, Killed

FIRST, SECOND = "COMMUNE-2026-42", "COMMUNE-2026-43"
WHY = "prix à vérifier"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall whose bordereau 42 holds mandats 1187 (120.00) and 1188 (45.30), to sign."""
    built = Hall.build(tmp_path)
    built.deposit("120.00", "45.30")
    prepared(built)
    return built


def prepared(hall: Hall) -> None:
    hall.day()
    hall.certify()
    acts.run(hall.app, AGENT, prepare)


def one(hall: Hall, kind: type[Any], **where: Any) -> Any:
    with hall.ledger.reading() as books:
        (found,) = books.find(kind, **where)
    return found


def numbered(hall: Hall, number: int) -> Mandat:
    found: Mandat = one(hall, Mandat, number=number)
    return found


@pytest.mark.parametrize("who", [AGENT, MAIRE])
def test_the_others_are_to_be_signed_without_it(hall: Hall, who: Person) -> None:
    former = one(hall, Flux)
    done = aside.set_aside(hall.app, who, FIRST, "1188", f"  {WHY} ")
    left = one(hall, Bordereau)
    assert (done.mandat.number, done.mandat.state, done.mandat.bordereau) == (1188, MandatState.PREPARED, "")
    assert done.mandat.set_aside == WHY
    assert (left.total, left.cumul, len(left.mandats)) == (Decimal("120.00"), Decimal("1120.00"), 1)
    assert (done.unsigned, done.announced, done.built.done) == ((), (), (left.flux,))
    assert one(hall, Flux, id=former.id).state is FluxState.DROPPED
    assert left.flux != former.id
    assert one(hall, Flux, id=left.flux).replaces == ""
    events = [one.event for one in hall.ledger.history(keys=(done.mandat.id,))]
    assert (events[-1].by, events[-1].after) == (who.id, "écarté")
    assert WHY in events[-1].motif
    acts.run(hall.app, AGENT, prepare)  # takes nothing back by itself
    assert numbered(hall, 1188).state is MandatState.PREPARED
    assert hall.sign() == 1  # the mayor who set one aside has not prepared the others


def test_a_signature_is_void_once_a_mandat_is_set_aside(hall: Hall) -> None:
    hall.sign()
    signed = one(hall, Flux)
    done = aside.set_aside(hall.app, MAIRE, FIRST, numbered(hall, 1187).id, WHY)
    assert done.unsigned == (FIRST,)
    dropped = one(hall, Flux, id=signed.id)
    assert (dropped.state, dropped.signed) == (FluxState.DROPPED, signed.signed)
    assert acts.run(hall.app, AGENT, transmit).done == ()
    with pytest.raises(IllegalTransition):
        deposit(hall.app, signed)  # another run that had read it before
    assert hall.tdt.received == {}
    hall.sign()
    assert len(acts.run(hall.app, AGENT, transmit).done) == 1
    assert numbered(hall, 1188).state is MandatState.SENT


def test_later_bordereaux_tell_what_was_mandated_without_it(hall: Hall) -> None:
    hall.deposit("10.00", start=3)
    prepared(hall)
    hall.sign()
    assert one(hall, Bordereau, id=SECOND).cumul == Decimal("1175.30")
    done = aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY)
    later = one(hall, Bordereau, id=SECOND)
    assert (later.cumul, later.total, done.unsigned) == (Decimal("1055.30"), Decimal("10.00"), (FIRST, SECOND))
    assert one(hall, Flux, id=later.flux).state is FluxState.BUILT


def test_what_has_left_keeps_the_cumul_that_it_told(hall: Hall) -> None:
    hall.deposit("10.00", start=3)
    prepared(hall)
    with hall.ledger.transaction() as books:
        later = books.get(Bordereau, SECOND)
        books.save(books.get(Flux, later.flux).moved(FluxState.SIGNED).moved(FluxState.SENDING))
    done = aside.set_aside(hall.app, AGENT, FIRST, "1187", WHY)
    assert one(hall, Bordereau, id=SECOND) == later
    assert done.unsigned == ()


def test_nothing_is_set_aside_once_its_flow_begins_to_leave(hall: Hall) -> None:
    hall.sign()
    for state in (FluxState.SENDING, FluxState.TO_VERIFY, FluxState.TRANSMITTED):
        with hall.ledger.transaction() as books:
            (flux,) = books.find(Flux)
            books.save(flux.moved(state))
        before = hall.all(Mandat), hall.all(Flux), len(hall.ledger.history())
        with pytest.raises(RuleError, match="demandez au comptable"):
            aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY)
        assert (hall.all(Mandat), hall.all(Flux), len(hall.ledger.history())) == before


def test_a_flow_that_is_being_signed_elsewhere_is_taken_back_first(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        (flux,) = books.find(Flux)
        books.save(flux.moved(FluxState.SIGNING))
    with pytest.raises(RuleError, match="bordereau rappeler"):
        aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY)


@pytest.mark.parametrize(
    ("who", "bordereau", "mandat", "motif", "error"),
    [
        (VISEUR, FIRST, "1187", WHY, Forbidden),
        (MAIRE, FIRST, "1187", " . ", RuleError),
        (MAIRE, FIRST, "1189", WHY, UnknownRecord),
        (MAIRE, "COMMUNE-2026-41", "1187", WHY, UnknownRecord),
    ],
)
def test_it_takes_a_right_a_motif_and_a_mandat(
    hall: Hall, who: Person, bordereau: str, mandat: str, motif: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        aside.set_aside(hall.app, who, bordereau, mandat, motif)


def test_while_bordereaux_are_prepared_nothing_is_set_aside(hall: Hall) -> None:
    with hall.ledger.lease("préparation", "une autre"), pytest.raises(ComeBackLater):
        aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY)


def test_taken_back_it_is_in_the_next_bordereau_under_its_number(hall: Hall) -> None:
    aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY)
    hall.deposit("10.00", start=3)
    prepared(hall)
    aside.take_back(hall.app, AGENT, numbered(hall, 1187).id)
    acts.run(hall.app, AGENT, prepare)
    again = numbered(hall, 1187)
    third = one(hall, Bordereau, id="COMMUNE-2026-44")
    assert (again.bordereau, again.set_aside, again.state) == (third.id, "", MandatState.IN_BORDEREAU)
    assert third.cumul == Decimal("1175.30")
    with pytest.raises(RuleError, match="n'est pas écarté"):
        aside.take_back(hall.app, AGENT, again.id)


def test_abandoned_it_gives_back_number_credits_and_invoice(hall: Hall) -> None:
    taken = one(hall, Engagement).mandated
    gone = aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY).mandat
    gone = aside.abandon(hall.app, AGENT, gone.id, "facture contestée")
    assert (gone.state, gone.reason) == (MandatState.CANCELLED, "facture contestée")
    assert one(hall, Engagement).mandated == taken - gone.amount
    assert one(hall, Invoice, id=gone.invoice_ids[0]).state is InvoiceState.SERVICE_FAIT
    acts.run(hall.app, AGENT, prepare)
    paying = [one for one in hall.all(Mandat) if one.state is MandatState.IN_BORDEREAU]
    assert sorted((one.number, one.bordereau) for one in paying) == [(1187, SECOND), (1188, FIRST)]
    assert one(hall, Engagement).mandated == taken


def test_what_is_not_set_aside_is_not_abandoned(hall: Hall) -> None:
    with pytest.raises(RuleError, match="écartez-le d'abord"):
        aside.abandon(hall.app, AGENT, numbered(hall, 1187).id, WHY)
    with pytest.raises(Forbidden):
        aside.abandon(hall.app, MAIRE, numbered(hall, 1187).id, WHY)


def test_a_bordereau_left_empty_keeps_its_number_for_the_next_mandats(hall: Hall) -> None:
    aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY)
    done = aside.set_aside(hall.app, MAIRE, FIRST, "1188", WHY)
    assert (len(done.bordereau.mandats), done.bordereau.flux, done.bordereau.total) == (0, "", ZERO)
    assert done.built.done == ()
    hall.deposit("10.00", start=3)
    prepared(hall)
    filled = one(hall, Bordereau)
    assert (filled.id, filled.cumul, numbered(hall, 1189).bordereau) == (FIRST, Decimal("1010.00"), FIRST)
    assert filled.flux


@pytest.fixture
def held(hall: Hall) -> Hall:
    """Return it signed, held by Chorus Pro which shows the invoice of 1187 suspended, and took that of 1188."""
    hall.sign()
    hall.chorus.statuses[one(hall, Invoice, id=numbered(hall, 1187).invoice_ids[0]).remote_id] = "SUSPENDUE"
    assert acts.run(hall.app, AGENT, transmit).done == ()
    return hall


def test_what_chorus_pro_holds_for_good_lets_the_others_leave(held: Hall) -> None:
    done = aside.set_aside(held.app, MAIRE, FIRST, "1187", WHY)
    assert (done.announced, done.unsigned) == ((), (FIRST,))
    held.sign()
    assert len(acts.run(held.app, AGENT, transmit).done) == 1
    assert numbered(held, 1188).state is MandatState.SENT
    aside.abandon(held.app, AGENT, done.mandat.id, "suspendue par Chorus Pro")
    assert "n'est pas mandatée" in " ".join(acts.run(held.app, AGENT, prepare).notes)


def test_what_chorus_pro_shows_as_mandated_is_told_and_never_abandoned(held: Hall) -> None:
    done = aside.set_aside(held.app, MAIRE, FIRST, "1188", WHY)
    assert done.announced == done.mandat.invoice_ids
    with pytest.raises(RuleError, match="ne se retire pas"):
        aside.abandon(held.app, AGENT, done.mandat.id, WHY)
    aside.take_back(held.app, AGENT, done.mandat.id)
    acts.run(held.app, AGENT, prepare)
    assert numbered(held, 1188).bordereau == SECOND


def test_a_number_that_was_not_told_yet_is_told_with_the_mandat_that_bears_it(hall: Hall) -> None:
    hall.sign()
    flux = one(hall, Flux)
    _form_intentions(hall.app, flux)  # and the process dies before it tells them
    gone = aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY).mandat
    with hall.ledger.reading() as books:
        (recalled,) = books.find(Intention, invoice_id=gone.invoice_ids, status="MANDATEE")
    assert (recalled.state, recalled.mandat) == (IntentionState.GIVEN_UP, "")
    (alert,) = consult.picture(hall.app, AGENT).alerts  # of the mandat, and of no difference with Chorus Pro
    assert alert.startswith(f"Mandat {gone.id} (n° 1187) écarté : {WHY}. Réintégrez-le")
    aside.abandon(hall.app, AGENT, gone.id, WHY)
    hall.day()
    hall.sign()
    acts.run(hall.app, AGENT, transmit)
    told = {mandat for _, status, mandat in hall.chorus.told if status == "MANDATEE"}
    assert told == {"1187", "1188"}
    assert not [one for one in hall.all(Flux) if one.state is FluxState.SIGNED]


def test_killed_before_the_new_flow_is_built_the_next_preparation_builds_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(aside, "build_all", killed)
        aside.set_aside(hall.app, MAIRE, FIRST, "1187", WHY)
    assert hall.sign() == 0
    assert len(acts.run(hall.app, AGENT, prepare).done) == 1
    assert hall.sign() == 1
