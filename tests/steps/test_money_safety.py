"""Nobody is paid twice, whoever runs, comes back, or answers at the wrong moment."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dematfin.acts import ascertain, consult, mandats, sign, visa, visa_views
from dematfin.acts import run as acts
from dematfin.config.settings import Settings
from dematfin.domain.finding import Finding
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.registers import Imputation
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.step import StepState
from dematfin.errors import AccessDenied, AlreadyThere, RuleError, SeparationOfDuties, UnknownOutcome, Unreachable
from dematfin.steps.exercices import Choice
from dematfin.steps.follow_up import follow_up
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from dematfin.steps.visa import visa as open_folders
from examples import AGENT, CCAS, COMMUNE, MAIRE, VISEUR, content
from fakes.hall import Hall
from fakes.losing import failing


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with two certified invoices, of 120.00 and 45.30."""
    built = Hall.build(tmp_path)
    built.certified("120.00", "45.30")
    return built


@pytest.fixture
def signed(hall: Hall) -> Hall:
    """Return it with both in bordereau 42, mandats 1187 and 1188, signed."""
    hall.day()
    hall.sign()
    return hall


def meanwhile(hall: Hall, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], *, readings: int = 1) -> None:
    """Have another process act just after the books were read for the n-th time."""
    read = hall.ledger.reading
    left = [readings]

    @contextmanager
    def watched() -> Iterator[Any]:
        with read() as books:
            yield books
        left[0] -= 1
        if left[0] == 0:
            act()

    monkeypatch.setattr(hall.ledger, "reading", watched)


def each_invoice_once(hall: Hall) -> None:
    paid = Counter(key for one in hall.all(Mandat) for key in one.invoice_ids)
    assert set(paid.values()) <= {1}
    held = Counter(key for one in hall.all(Bordereau) for key in one.mandats)
    assert set(held.values()) <= {1}
    carried = Counter(key for one in hall.all(Flux) for key in one.bordereaux)
    assert set(carried.values()) <= {1}


def retour(*pieces: str, bordereau: int = 42, kind: str = "01") -> bytes:
    block = f'<Exer V="2026"/><TypBord V="{kind}"/><IdBord V="{bordereau}"/>'
    return (
        f'<PES_Retour><EnTetePES><IdColl V="{COMMUNE}"/></EnTetePES><PES_DepenseRetour><Bordereau><BlocBordereau>'
        f"{block}</BlocBordereau>{''.join(pieces)}</Bordereau></PES_DepenseRetour></PES_Retour>"
    ).encode()


def piece(number: int, state: str, paid: str = "", **dates: str) -> str:
    told = "".join(f'<{name} V="{day}"/>' for name, day in dates.items())
    info = f'<InfoPiece><IdPce V="{number}"/><EtatPce V="{state}"/>{told}</InfoPiece>'
    money = f'<PaiementEmargement><OrgEma V="01"/><DtePay V="2026-03-10"/><MtPay V="{paid}"/></PaiementEmargement>'
    return f"<Piece>{info}<LigneDePiece>{money if paid else ''}</LigneDePiece></Piece>"


def states(hall: Hall) -> dict[int, MandatState]:
    return {one.number: one.state for one in hall.all(Mandat)}


# Chorus Pro silent for long: the flow leaves, unless something was said of its invoices.


def test_a_refusal_of_the_service_fait_does_not_let_the_mandat_go_unchecked(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chorus Pro was down for two days, and answers now that the invoice was rejected meanwhile."""
    with monkeypatch.context() as down:
        down.setattr(hall.chorus, "publish", failing(Unreachable("Chorus Pro ne répond pas.")))
        hall.day()
        hall.sign()
        transmit(hall.app)
    hall.clock.advance(days=2)
    hall.chorus.statuses["9100001"] = "REJETEE"
    transmit(hall.app)
    assert hall.tdt.received == {}


@pytest.mark.parametrize("status", ["REJETEE", "SUSPENDUE", "A_RECYCLER", "MANDATEE", "MISE_EN_PAIEMENT"])
def test_a_flow_does_not_leave_untold_against_what_the_import_has_shown(
    signed: Hall, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    """Our account may read the lists and not write: what was listed counts."""
    with monkeypatch.context() as forbidden:
        forbidden.setattr(signed.chorus, "publish", failing(AccessDenied("Chorus Pro nous interdit d'écrire.")))
        transmit(signed.app)
        signed.chorus.statuses["9100001"] = status
        intake(signed.app)
        signed.clock.advance(days=2)
        transmit(signed.app)
    assert signed.tdt.received == {}


# Two runs at once: a lease may be taken over from a process that is only slow.


@pytest.mark.parametrize("readings", range(1, 6))
def test_two_preparations_at_once_prepare_each_invoice_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, readings: int
) -> None:
    meanwhile(hall, monkeypatch, lambda: prepare(hall.app), readings=readings)
    prepare(hall.app)
    each_invoice_once(hall)
    assert sorted(one.number for one in hall.all(Mandat)) == [1187, 1188]
    assert [one.number for one in hall.all(Bordereau)] == [42]


def test_two_builds_at_once_leave_one_flow_to_sign(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = hall.app.writer.problems

    def slow(flow: Path, known: frozenset[str]) -> tuple[Finding, ...]:
        monkeypatch.undo()
        prepare(hall.app)
        return judge(flow, known)

    monkeypatch.setattr(hall.app.writer, "problems", slow)
    prepare(hall.app)
    each_invoice_once(hall)


@pytest.mark.parametrize("readings", range(1, 5))
def test_two_transmissions_at_once_send_one_flow(signed: Hall, monkeypatch: pytest.MonkeyPatch, readings: int) -> None:
    monkeypatch.setattr(signed.tdt, "refuses_twins", False)
    sent: list[str] = []

    def send(_: Path, nomfic: str) -> str:
        sent.append(nomfic)
        return str(len(sent))

    monkeypatch.setattr(signed.tdt, "send", send)
    meanwhile(signed, monkeypatch, lambda: transmit(signed.app), readings=readings)
    transmit(signed.app)
    assert len(sent) == 1
    assert [one.state for one in signed.all(Flux)] == [FluxState.TRANSMITTED]


def test_a_deposit_that_fails_late_takes_nothing_back_from_the_run_that_found_it(
    signed: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = signed.tdt.send

    def late(path: Path, nomfic: str) -> str:
        send(path, nomfic)
        reconcile(signed.app)
        message = "S²LOW ne répond plus."
        raise Unreachable(message)

    monkeypatch.setattr(signed.tdt, "send", late)
    transmit(signed.app)
    assert [one.state for one in signed.all(Flux)] == [FluxState.TRANSMITTED]


def test_an_acquit_applied_by_two_runs_takes_nothing_back_twice(signed: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    signed.tdt.refused = {42}
    transmit(signed.app)
    signed.tdt.unread = {}

    def another_run_and_the_agent() -> None:
        follow_up(signed.app)
        signed.tdt.refused = set()
        mandats.resume(signed.app, AGENT, "COMMUNE-2026-42")
        prepare(signed.app)

    meanwhile(signed, monkeypatch, another_run_and_the_agent, readings=2)
    follow_up(signed.app)
    assert set(states(signed).values()) == {MandatState.IN_BORDEREAU}
    assert not any(one.refused for one in signed.all(Bordereau))


# A person acts while a step runs.


@pytest.mark.parametrize("readings", range(1, 5))
def test_a_correction_during_a_preparation_is_in_the_flow_or_said_to_be_too_late(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, readings: int
) -> None:
    hall.ledger.axe = None
    corrected: list[str] = []

    def correct() -> None:
        for one in hall.all(Mandat)[:1]:
            try:
                mandats.correct(hall.app, AGENT, one.id, Imputation(nature="6064"))
            except RuleError:
                return
            corrected.append(one.id)

    monkeypatch.setattr(hall.app.writer, "problems", lambda *_: ())
    meanwhile(hall, monkeypatch, correct, readings=readings)
    prepare(hall.app)
    prepare(hall.app)
    natures = {one.id: one.lines[0].imputation.nature for one in hall.all(Mandat)}
    assert [key for key, nature in natures.items() if nature == "6064"] == corrected
    (flux,) = hall.all(Flux)
    assert hall.documents.kept[flux.unsigned.sha256].count(b"6064") == len(corrected)


def test_a_correction_while_the_flow_is_written_is_in_the_flow_that_is_signed(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = hall.app.writer.problems

    def slow(flow: Path, known: frozenset[str]) -> tuple[Finding, ...]:
        monkeypatch.undo()
        mandats.correct(hall.app, AGENT, hall.all(Mandat)[0].id, Imputation(nature="6064"))
        return judge(flow, known)

    monkeypatch.setattr(hall.app.writer, "problems", slow)
    prepare(hall.app)
    prepare(hall.app)
    (flux,) = hall.all(Flux)
    assert b"6064" in hall.documents.kept[flux.unsigned.sha256]


def test_a_visa_given_while_folders_are_opened_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00")
    hall.day()
    (folder,) = hall.all(VisaFolder)
    with hall.ledger.transaction() as books:  # as the step saw it before another one opened the folder
        del books.records[VisaFolder, folder.id]

    def opened_and_approved() -> None:
        with hall.ledger.transaction() as books:
            books.save(folder)
        visa.approve(hall.app, VISEUR, folder.invoice_id, visa.ServiceFait(executed_on=hall.clock.today()))

    meanwhile(hall, monkeypatch, opened_and_approved)
    open_folders(hall.app)
    (after,) = hall.all(VisaFolder)
    assert (after.state, after.certified_by()) == (FolderState.APPROVED, {VISEUR.id})


def test_an_invoice_already_mandated_is_not_certified_again(hall: Hall) -> None:
    (folder, _) = hall.all(VisaFolder)
    prepare(hall.app)
    with hall.ledger.transaction() as books:
        books.save(
            replace(
                folder,
                state=FolderState.IN_CIRCUIT,
                steps=(replace(folder.steps[0], state=StepState.CURRENT, decisions=()),),
            )
        )
    with pytest.raises(RuleError):
        visa.approve(hall.app, VISEUR, folder.invoice_id, visa.ServiceFait(executed_on=hall.clock.today()))
    prepare(hall.app)
    each_invoice_once(hall)


AGENT_WHO_SIGNS = Person(id="double", name="Zoé Double", roles=frozenset({Role.AGENT, Role.ORDONNATEUR}))


@pytest.mark.parametrize("taken_up", [True, False])
def test_whoever_corrects_or_takes_up_does_not_sign(signed: Hall, *, taken_up: bool) -> None:
    who = {"resume": AGENT_WHO_SIGNS if taken_up else AGENT, "correct": AGENT if taken_up else AGENT_WHO_SIGNS}
    signed.tdt.refused = {42}
    signed.day()
    mandats.correct(signed.app, who["correct"], signed.all(Mandat)[0].id, Imputation(nature="6064"))
    mandats.resume(signed.app, who["resume"], "COMMUNE-2026-42")
    signed.day()
    (sheet,) = sign.to_sign(signed.app, AGENT_WHO_SIGNS)
    with pytest.raises(SeparationOfDuties, match="COMMUNE-2026-42"):
        sign.sign(signed.app, AGENT_WHO_SIGNS, sheet.flux.id, sheet.bordereau.total)
    sign.sign(signed.app, MAIRE, sheet.flux.id, sheet.bordereau.total)


def test_the_run_that_transmits_prepares_nothing(signed: Hall) -> None:
    signed.tdt.refused = {42}
    list(acts.day(signed.app, AGENT_WHO_SIGNS))
    mandats.resume(signed.app, AGENT, "COMMUNE-2026-42")
    acts.run(signed.app, AGENT, prepare)
    (sheet,) = sign.to_sign(signed.app, AGENT_WHO_SIGNS)
    sign.sign(signed.app, AGENT_WHO_SIGNS, sheet.flux.id, sheet.bordereau.total)


@pytest.mark.parametrize("broken", ["missing", "changed"])
def test_a_signed_file_that_is_no_longer_there_does_not_leave(
    signed: Hall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: str
) -> None:
    path = tmp_path / "flux.xml"
    if broken == "changed":
        path.write_bytes(b"<autre/>")
    monkeypatch.setattr(signed.documents, "local", lambda _: nullcontext(path))
    (failure,) = transmit(signed.app).failures
    assert "fichier" in failure.sentence
    assert [one.state for one in signed.all(Flux)] == [FluxState.SIGNED]
    monkeypatch.undo()
    assert transmit(signed.app).failures == ()
    assert len(signed.tdt.received) == 1


# What the comptable says at the wrong moment.


def resumed(hall: Hall) -> None:
    """Have bordereau 42 refused, taken up again, and signed again."""
    hall.tdt.refused = {42}
    hall.day()
    hall.tdt.refused = set()
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    prepare(hall.app)


def test_a_flow_sent_again_stays_here_when_the_comptable_has_paid_meanwhile(signed: Hall) -> None:
    resumed(signed)
    signed.sign()
    signed.tdt.unread = {"9": retour(piece(1187, "05", "120.00"))}
    follow_up(signed.app)
    before = len(signed.tdt.received)
    assert transmit(signed.app).failures == ()
    assert len(signed.tdt.received) == before
    assert [one.state for one in signed.all(Flux)] == [FluxState.ACKNOWLEDGED, FluxState.DROPPED]
    assert states(signed) == {1187: MandatState.PAID, 1188: MandatState.SENT}


def test_a_flow_that_holds_a_paid_mandat_is_not_signed(signed: Hall) -> None:
    resumed(signed)
    (sheet,) = sign.to_sign(signed.app, MAIRE)
    signed.tdt.unread = {"9": retour(piece(1187, "05", "120.00"))}
    notes = follow_up(signed.app).notes
    assert any("COMMUNE-2026-42" in note and sheet.flux.id in note for note in notes)
    assert sign.to_sign(signed.app, MAIRE) == ()
    with pytest.raises(RuleError):
        sign.sign(signed.app, MAIRE, sheet.flux.id, sheet.bordereau.total)


def test_a_mandat_that_may_be_another_one_keeps_its_flow_here(signed: Hall) -> None:
    """The comptable tells another amount under its number: nothing proves that the bordereau is there."""
    resumed(signed)
    signed.sign()
    line = '<LigneDePiece><BlocLignePiece><InfoLignePiece><MtHT V="77.00"/></InfoLignePiece></BlocLignePiece>'
    signed.tdt.unread = {"9": retour(piece(1187, "05", "77.00").replace("<LigneDePiece>", line))}
    follow_up(signed.app)
    before = len(signed.tdt.received)
    (failure,) = transmit(signed.app).failures
    assert len(signed.tdt.received) == before
    assert "1187" in failure.sentence
    (mandat, _) = signed.all(Mandat)
    assert (mandat.state, mandat.paid) == (MandatState.IN_BORDEREAU, ZERO)  # what is paid there is not its own
    assert "77,00" in mandat.doubt
    ascertain.see(signed.app, AGENT, mandat.id, "un mandat de la régie, sous notre numéro")
    assert transmit(signed.app).failures == ()
    assert len(signed.tdt.received) == before + 1


def test_a_refusal_that_comes_after_a_payment_gives_nothing_back(signed: Hall) -> None:
    transmit(signed.app)
    signed.tdt.unread = {"9": retour(piece(1187, "05", "120.00"))}
    follow = signed.tdt.follow
    signed.tdt.follow = failing(Unreachable())  # type: ignore[method-assign]  # for one day
    follow_up(signed.app)
    signed.tdt.follow = follow  # type: ignore[method-assign]
    signed.tdt.refused = {42}
    notes = follow_up(signed.app).notes
    assert states(signed) == {1187: MandatState.PAID, 1188: MandatState.REFUSED_AT_GATE}
    assert any("1187" in note for note in notes)


def test_a_refusal_of_what_the_comptable_knows_whole_is_told_until_somebody_has_looked(signed: Hall) -> None:
    transmit(signed.app)
    signed.tdt.unread = {"9": retour(piece(1187, "05", "120.00"), piece(1188, "05", "45.30"))}
    follow = signed.tdt.follow
    signed.tdt.follow = failing(Unreachable())  # type: ignore[method-assign]  # for one day
    follow_up(signed.app)
    signed.tdt.follow = follow  # type: ignore[method-assign]
    signed.tdt.refused = {42}
    follow_up(signed.app)
    assert states(signed) == {1187: MandatState.PAID, 1188: MandatState.PAID}
    (sheet,) = signed.all(Bordereau)
    assert not sheet.refused
    assert [one for one in consult.picture(signed.app, AGENT).alerts if "n° 1188 (payé)" in one]


def test_a_deposit_found_again_after_the_comptable_spoke_is_followed(
    signed: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = signed.tdt.send

    def lost(path: Path, nomfic: str) -> str:
        send(path, nomfic)
        raise UnknownOutcome

    monkeypatch.setattr(signed.tdt, "send", lost)
    transmit(signed.app)
    signed.tdt.unread = {"9": retour(piece(1187, "05", "120.00"))}
    follow_up(signed.app)
    assert reconcile(signed.app).failures == ()
    assert [one.state for one in signed.all(Flux)] == [FluxState.TRANSMITTED]
    assert states(signed) == {1187: MandatState.PAID, 1188: MandatState.SENT}


def test_a_deposit_that_the_tdt_proved_to_have_is_not_sent_again(signed: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed.tdt, "find", lambda *_: "")
    monkeypatch.setattr(signed.tdt, "send", failing(AlreadyThere("Doublon.")))
    transmit(signed.app)
    signed.clock.advance(minutes=10)
    reconcile(signed.app)
    assert [one.state for one in signed.all(Flux)] == [FluxState.TO_VERIFY]


def test_a_retour_about_a_cancelling_bordereau_of_the_same_number_is_not_ours(signed: Hall) -> None:
    transmit(signed.app)
    signed.tdt.unread = {"9": retour(piece(1187, "04"), kind="02")}
    follow_up(signed.app)
    assert states(signed) == {1187: MandatState.SENT, 1188: MandatState.SENT}


def test_another_mandat_of_the_same_number_does_not_pass_for_ours_unseen(signed: Hall) -> None:
    transmit(signed.app)
    line = '<LigneDePiece><BlocLignePiece><InfoLignePiece><MtHT V="77.00"/></InfoLignePiece></BlocLignePiece>'
    signed.tdt.unread = {"9": retour(piece(1187, "05", "77.00").replace("<LigneDePiece>", line))}
    notes = follow_up(signed.app).notes
    assert any("77,00" in note and "120,00" in note for note in notes)


def test_a_mandat_paid_in_part_then_rejected_is_not_issued_again_whole(signed: Hall) -> None:
    transmit(signed.app)
    for key, said in (("8", piece(1187, "02", "50.00")), ("9", piece(1187, "04"))):
        signed.tdt.unread = {key: retour(said)}
        follow_up(signed.app)
    assert states(signed)[1187] is MandatState.REJECTED
    (mandat, _) = signed.all(Mandat)
    with pytest.raises(RuleError, match="50,00"):
        mandats.reissue(signed.app, AGENT, mandat.id)


@pytest.mark.parametrize(("dates", "new"), [({}, 1187), ({"DtePcePec": "2026-03-05"}, 1189)])
def test_a_payment_of_a_mandat_already_issued_again_is_said(signed: Hall, dates: dict[str, str], new: int) -> None:
    transmit(signed.app)
    signed.tdt.unread = {"8": retour(piece(1187, "04", **dates))}
    follow_up(signed.app)
    (mandat, _) = signed.all(Mandat)
    mandats.reissue(signed.app, AGENT, mandat.id)
    prepare(signed.app)
    assert signed.all(Mandat)[0].number == new
    signed.tdt.unread = {"9": retour(piece(1187, "05", "120.00"))}
    notes = follow_up(signed.app).notes
    assert any(mandat.id in note and "1187" in note for note in notes)


def test_the_same_rejection_told_again_after_the_reissue_changes_nothing(signed: Hall) -> None:
    transmit(signed.app)
    signed.tdt.unread = {"8": retour(piece(1187, "04"))}
    follow_up(signed.app)
    mandats.reissue(signed.app, AGENT, signed.all(Mandat)[0].id)
    with pytest.raises(RuleError):
        mandats.reissue(signed.app, AGENT, signed.all(Mandat)[0].id)
    for key in ("9", "10"):
        signed.tdt.unread = {key: retour(piece(1187, "04"))}
        assert follow_up(signed.app).notes == ()
        prepare(signed.app)
    assert states(signed) == {1187: MandatState.IN_BORDEREAU, 1188: MandatState.SENT}


def test_a_bordereau_taken_up_twice_goes_again_once(signed: Hall) -> None:
    resumed(signed)
    with pytest.raises(RuleError):
        mandats.resume(signed.app, AGENT, "COMMUNE-2026-42")
    prepare(signed.app)
    assert len(sign.to_sign(signed.app, MAIRE)) == 1


# An invoice that comes back, or comes twice.


def test_an_invoice_renumbered_by_its_supplier_is_held_against_one_that_is_already_certified(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.chorus.deposit("1", content("F-0", "120.00", service_code=""))
    hall.chorus.deposit("2", content("F-1", "120.00"))
    hall.day()
    hall.certify()
    hall.day()
    hall.chorus.statuses["1"] = "A_RECYCLER"
    hall.day()
    hall.chorus.deposit("1", content("F-1", "120.00"))
    hall.day()
    first, second = hall.all(Invoice)
    assert (first.state, second.state) == (InvoiceState.TO_CORRECT, InvoiceState.TO_PAY)
    assert any(finding.code == "DUP-D1" for finding in first.findings)


def test_of_two_copies_in_one_import_one_waits_whatever_the_order(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.chorus.deposit("2", content("F-1", "120.00"))
    hall.chorus.deposit("1", content("f 001", "120.00"))
    hall.day()
    hall.day()
    assert sorted(one.state for one in hall.all(Invoice)) == [InvoiceState.IN_VISA, InvoiceState.TO_CORRECT]


def test_a_first_copy_that_leaves_quarantine_later_is_the_duplicate(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.chorus.deposit("1", None)
    hall.chorus.deposit("2", content("F-1", "120.00"))
    hall.day()
    hall.certify()
    hall.day()
    hall.chorus.deposits["1"] = content("F-1", "120.00")
    hall.day()
    held = {one.remote_id: one.state for one in hall.all(Invoice)}
    assert held == {"1": InvoiceState.TO_CORRECT, "2": InvoiceState.TO_PAY}


def test_a_credit_note_is_taken_off_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00")
    for key, ttc in (("8", "20.00"), ("9", "30.00")):
        note = content(f"AV-{key}", ttc, kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1")
        hall.chorus.deposit(key, note)
    hall.day()
    hall.certify()
    meanwhile(hall, monkeypatch, lambda: prepare(hall.app))
    prepare(hall.app)
    (mandat,) = hall.all(Mandat)
    assert str(mandat.amount) == "70.00"
    assert sum((one.amount for one in mandat.shares), ZERO) == mandat.amount


def test_a_credit_note_without_origin_is_taken_off_nothing(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.chorus.deposit("1", content("-", "120.00"))
    hall.chorus.deposit("2", content("AV-1", "20.00", kind=InvoiceKind.CREDIT_NOTE))
    hall.day()
    hall.certify()
    prepare(hall.app)
    assert [str(one.amount) for one in hall.all(Mandat)] == ["120.00"]


# Several budgets.


@pytest.mark.parametrize(
    ("code", "siret", "shared"), [("COMMUNE", CCAS, "code"), ("LOTISSEMENT", COMMUNE, "siret"), ("CCAS", CCAS, "")]
)
def test_two_budgets_never_share_their_numbers(code: str, siret: str, shared: str) -> None:
    def budget(code: str, siret: str) -> dict[str, str]:
        return {
            "code": code,
            "siret": siret,
            "libelle": code,
            "poste": "099042",
            "code_collectivite": "142",
            "code_budget": "00",
        }

    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"budgets": [budget("COMMUNE", COMMUNE), budget(code, siret)]})
    said = [problem["msg"] for problem in refused.value.errors() if problem["loc"] == ("budgets",)]
    assert [f"le même {shared}" in message for message in said] == ([True] if shared else [])


# The year turns.


def test_what_was_certified_in_december_is_not_numbered_in_a_year_that_is_not_opened(hall: Hall) -> None:
    prepare(hall.app)
    hall.deposit("10.00", start=3)
    hall.clock.advance(days=(365 - 61))
    hall.day()
    hall.certify()
    hall.clock.advance(days=5)
    assert any("--exercice 2027" in note for note in hall.day_of("préparation des bordereaux").notes)
    (failure,) = acts.prepare_on(hall.app, AGENT, Choice(exercice=2027)).failures
    assert "n'est pas ouvert pour 2027" in failure.sentence
    assert {one.exercice for one in hall.all(Bordereau)} == {2026}
    hall.clock.advance(days=-5)  # and the clock goes back
    hall.day()
    each_invoice_once(hall)
    assert visa_views.queue(hall.app, VISEUR) == ()
