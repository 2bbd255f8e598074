"""A base put back to an older point: nothing leaves twice, no number is given twice, and life goes on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from dematfin.acts import restoration, sign
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.restoration import Neighbour, Trace, TraceState
from dematfin.errors import Barred, Forbidden, RuleError, SeparationOfDuties, Unreachable
from dematfin.pes.aller import read_aller
from dematfin.steps.transmit import transmit
from examples import ADMIN, AGENT, MAIRE, budget_year
from fakes.hall import Hall
from fakes.losing import failing
from restoration.backup import Backup, settled, where

AMOUNTS: Final = ("120.00", "45.30")


def lives(hall: Hall) -> None:
    """Have two invoices paid, from wherever they are."""
    for _ in range(3):
        hall.day()
        hall.certify()
        hall.sign()
    hall.day()


def numbers(hall: Hall, folder: Path) -> Counter[int]:
    """Count the mandats that the TdT received, by number."""
    found: Counter[int] = Counter()
    for key, data in hall.tdt.received.items():
        path = folder / f"recu-{key}.xml"
        path.write_bytes(data)
        found.update(one.number for sheet in read_aller(path).bordereaux for one in sheet.mandats)
    return found


def signs(hall: Hall) -> int:
    hall.to_sign(*AMOUNTS)
    return hall.sign()


def names(hall: Hall) -> list[str]:
    """Return the names of the flows that the TdT has."""
    return [one.nomfic for one in hall.tdt.deposits(hall.clock.today()) or ()]


POINTS: Final[dict[str, Callable[[Hall], object]]] = {
    "nothing yet": lambda hall: hall.deposit(*AMOUNTS),
    "certified": lambda hall: hall.certified(*AMOUNTS),
    "to sign": lambda hall: hall.to_sign(*AMOUNTS),
    "signed": signs,
    "sent": lambda hall: (signs(hall), transmit(hall.app)),
}


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    built = Hall.build(tmp_path)
    built.tdt.no_retour = True
    return built


@pytest.mark.parametrize("point", POINTS)
def test_what_left_since_is_known_again_and_never_sent_twice(hall: Hall, tmp_path: Path, point: str) -> None:
    POINTS[point](hall)
    backup = Backup.of(hall)
    lives(hall)
    assert numbers(hall, tmp_path) == {1187: 1, 1188: 1}
    hall.clock.advance(hours=4)
    backup.put_back(hall)
    for _ in range(3):
        lives_barred(hall)
    hall.clock.advance(hours=1)
    hall.day()
    if where(hall).restored is not None:
        assert [one.total for one in where(hall).found] == [Decimal("165.30")]
        settled(hall)
    hall.deposit("300.00", start=7)
    lives(hall)
    assert numbers(hall, tmp_path) == {1187: 1, 1188: 1, 1189: 1}
    last = max(hall.all(Bordereau), key=lambda one: one.number)
    assert (last.number, last.total) == (43, Decimal("300.00"))
    assert last.cumul == budget_year().cumul + Decimal("465.30"), "what left counts in the sum of the year"
    assert len(set(names(hall))) == 2
    paid = [told for told in hall.chorus.told if told[1] == SupplierStatus.MANDATEE]
    assert sorted(number for _, _, number in paid) == ["1187", "1188", "1189"]


def lives_barred(hall: Hall) -> None:
    """Go on as if nothing had happened: nothing may be signed, nothing leaves."""
    there = len(hall.tdt.received)
    hall.day()
    hall.certify()
    if sign.to_sign(hall.app, MAIRE) and where(hall).restored:
        with pytest.raises(Barred):
            hall.sign()
    assert len(hall.tdt.received) == there


@pytest.mark.parametrize("point", ["to sign", "signed"])
def test_a_flow_that_is_still_known_is_proved_to_have_left(hall: Hall, point: str) -> None:
    """The gate opens alone: all that left is known again."""
    POINTS[point](hall)
    backup = Backup.of(hall)
    lives(hall)
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    hall.day()
    assert where(hall).restored is None
    (flux,) = hall.all(Flux)
    assert flux.state in {FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED}
    assert {one.state for one in hall.all(Mandat)} == {MandatState.SENT}
    assert flux.signed is not None


def test_documents_that_were_not_put_back_change_nothing(hall: Hall, tmp_path: Path) -> None:
    hall.certified(*AMOUNTS)
    backup = Backup.of(hall)
    lives(hall)
    kept = dict(hall.documents.kept)
    backup.put_back(hall)
    hall.documents.kept = kept
    hall.clock.advance(hours=1)
    hall.day()
    assert [one.nomfic for one in where(hall).found] == names(hall)
    assert settled(hall) == ()  # Chorus Pro showed them mandated: they were followed elsewhere already
    assert {one.state for one in hall.all(Invoice)} == {InvoiceState.ELSEWHERE}


def test_a_tdt_that_lists_nothing_waits_for_two_persons(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.certified(*AMOUNTS)
    backup = Backup.of(hall)
    lives(hall)
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: None)
    hall.day()
    day = hall.clock.local(backup.at).date()
    with pytest.raises(RuleError):
        settled(hall)
    restoration.read(hall.app, AGENT, "1", None)
    with pytest.raises(RuleError):
        restoration.certify(hall.app, AGENT, Neighbour.TDT, "portail lu", hall.clock.today().replace(day=28))
    restoration.certify(hall.app, AGENT, Neighbour.TDT, "portail lu", day)
    hall.day()
    assert where(hall).restored is not None, "what was found still waits"
    with pytest.raises(Forbidden):
        restoration.reopen(hall.app, AGENT, "vu", where(hall).total)
    with pytest.raises(RuleError):
        restoration.reopen(hall.app, MAIRE, "vu", where(hall).total + 1)
    settled(hall)
    assert [one.state for one in hall.all(Trace) if one.neighbour is Neighbour.TDT] == [TraceState.LEFT]
    lives(hall)
    assert len(hall.tdt.received) == 1


def test_whoever_answered_for_a_neighbour_opens_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    both = replace(MAIRE, roles=MAIRE.roles | AGENT.roles)
    backup = Backup.of(hall)
    monkeypatch.setattr(hall.tdt, "deposits", failing(Unreachable("Le TdT ne répond pas.")))
    hall.clock.advance(hours=1)
    backup.put_back(hall)
    hall.day()
    restoration.certify(hall.app, both, Neighbour.TDT, "vu", hall.clock.local(backup.at).date())
    hall.clock.advance(hours=1)
    with pytest.raises(SeparationOfDuties):
        restoration.reopen(hall.app, both, "vu", Decimal("0.00"))
    small = replace(hall.app, policy=replace(hall.app.policy, small=True))
    restoration.reopen(small, both, "vu", Decimal("0.00"))
    assert where(hall).restored is None


def test_a_neighbour_that_is_away_keeps_the_gate_shut(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = Backup.of(hall)
    hall.clock.advance(hours=1)
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    with monkeypatch.context() as away:
        away.setattr(hall.chorus, "changed", failing(Unreachable("Chorus Pro ne répond pas.")))
        hall.day()
        assert where(hall).left == ("Chorus Pro n'a pas tout dit",)
    hall.day()
    assert where(hall).restored is None


def test_what_was_refused_there_may_be_mandated_again_once_it_is_certified(hall: Hall, tmp_path: Path) -> None:
    """Nothing is lost: the flow never reached Hélios, its invoices are paid under new numbers."""
    hall.certified(*AMOUNTS)
    backup = Backup.of(hall)
    lives(hall)
    for key in hall.chorus.statuses:
        hall.chorus.statuses[key] = "SERVICE_FAIT"
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    hall.day()
    (found,) = where(hall).found
    with pytest.raises(RuleError):
        restoration.void(hall.app, AGENT, found.id, "supprimé au TdT", Decimal("1.00"))
    restoration.void(hall.app, AGENT, found.id, "supprimé au TdT", found.total)
    hall.day()
    assert where(hall).restored is not None, "one person alone does not free what has left"
    settled(hall)
    lives(hall)
    assert numbers(hall, tmp_path) == {1187: 1, 1188: 1, 1189: 1, 1190: 1}


def test_an_invoice_that_chorus_shows_mandated_by_nothing_is_not_forgotten(hall: Hall) -> None:
    """Chorus Pro was told, and the flow had not left yet: nobody would ever pay it."""
    hall.certified(*AMOUNTS)
    backup = Backup.of(hall)
    for key in hall.chorus.statuses:
        hall.chorus.statuses[key] = "MANDATEE"
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    hall.day()
    assert {one.invoice_id for one in where(hall).found} == {one.id for one in hall.all(Invoice)}
    assert where(hall).restored is not None


def test_who_may_say_that_a_base_was_put_back(hall: Hall) -> None:
    with pytest.raises(Forbidden):
        restoration.signal(hall.app, MAIRE, hall.clock.now(), "panne")
    first = restoration.signal(hall.app, AGENT, hall.clock.now(), "panne")
    hall.clock.advance(days=1)
    again = restoration.signal(hall.app, ADMIN, hall.clock.now(), "encore")
    assert (again.id, again.data_as_of) == (first.id, first.data_as_of)


def test_an_invoice_that_comes_in_again_later_is_not_mandated_twice(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chorus Pro tells nothing of the payment: what left is remembered, whenever its invoices are imported."""
    backup = Backup.of(hall)
    hall.deposit(*AMOUNTS)
    lives(hall)
    backup.put_back(hall)
    for key in hall.chorus.statuses:
        hall.chorus.statuses[key] = "MISE_A_DISPOSITION"
    hall.clock.advance(hours=1)
    with monkeypatch.context() as silent:
        silent.setattr(hall.chorus, "changed", lambda *_: iter(()))
        hall.day()
        settled(hall)
    lives(hall)
    assert numbers(hall, tmp_path) == {1187: 1, 1188: 1}
    assert {one.state for one in hall.all(Invoice)} == {InvoiceState.SERVICE_FAIT}
    told = hall.day_of("préparation des bordereaux").notes
    assert any("le mandat n° 1187 du bordereau n° 42 de 2026 la paie déjà" in one for one in told)


def test_a_mandat_that_left_in_another_flow_is_neither_signed_nor_sent(hall: Hall) -> None:
    """Its bordereau was built anew since, under another name: the flow that is here must not follow it."""
    hall.to_sign(*AMOUNTS)
    backup = Backup.of(hall)
    lives(hall)
    (nomfic,) = (one.id for one in hall.all(Flux))
    hall.tdt.received["1"] = hall.tdt.received["1"].replace(nomfic.encode(), nomfic[:-1].encode() + b"9")
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    hall.day()
    assert all("le TdT a déjà le mandat n° 118" in one.doubt for one in hall.all(Mandat))
    settled(hall)
    with pytest.raises(RuleError, match="le TdT a déjà"):
        hall.sign()
    hall.day()
    assert len(hall.tdt.received) == 1
    (trace,) = (one for one in hall.all(Trace) if one.mandats)
    restoration.void(hall.app, AGENT, trace.id, "ce flux n'a rien porté", trace.total)
    assert hall.sign() == 1, "the doubt ends with what it came from"
