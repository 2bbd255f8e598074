"""Folders that lie in a bought i-Parapheur: rules 30 to 32 of a visa queue, and what its answers do to an invoice."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dematfin.acts import answers, holds, supporting, visa_moves, visa_views
from dematfin.acts import visa as acts
from dematfin.acts.consult import picture
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.domain.registers import Engagement
from dematfin.domain.visa.decision import DecisionKind, Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.remote import NOT_FOUND, Bridge, RemoteFolder, RemoteState
from dematfin.domain.visa.supporting import Supporting
from dematfin.domain.visa.task import VisaTask
from dematfin.errors import BadAnswer, ConfigError, Refused, RuleError, UnknownOutcome, Unreachable
from dematfin.ports.parapheur import Dossier, History, Paper, Phase
from dematfin.steps.day import due
from dematfin.steps.parapheur import parapheur
from examples import ADMIN, AGENT, VISEUR
from fakes.hall import Hall
from fakes.parapheur import SLIP
from parapheur.bridged import DAY, bridged_town, poll, there
from visa.desks import FIRST, done, folder, invoice

PDF = b"%PDF-1.7 bon de livraison"


def key(hall: Hall) -> str:
    return there(hall).id


def test_its_folder_leaves_in_the_day_and_lies_on_none_of_our_desks(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    record = there(hall)
    sent = hall.parapheur.folders[record.id].sent
    assert (record.state, record.sent_at, record.annexes) == (RemoteState.SENT, hall.clock.now(), 0)
    assert record.id.startswith("DF-219900420-F2026-000001-1-")
    assert (folder(hall).remote, folder(hall).state, folder(hall).desks) == (record.id, FolderState.IN_CIRCUIT, ())
    assert (sent.due_on, sent.service, sent.title) == (folder(hall).due_on, "SCOLAIRE", "Facture F-1 PAPETERIE DU LAC")
    assert sent.facts["montantttc"] == "120.00"
    assert "[PAS_MON_SERVICE]" in sent.annotation
    assert hall.documents.put(sent.main.data) == invoice(hall).content.attachments[0].document
    assert hall.all(VisaTask) == ()
    assert visa_views.queue(hall.app, VISEUR) == ()


def test_nobody_decides_here_on_what_lies_there(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    for attempt in (
        lambda: acts.approve(hall.app, VISEUR, FIRST, done(hall)),
        lambda: acts.refuse(hall.app, VISEUR, FIRST, Motive.OTHER, "Non."),
        lambda: supporting.attach(hall.app, VISEUR, FIRST, "bon.pdf", PDF),
        lambda: visa_moves.transfer(hall.app, VISEUR, FIRST, "VOIRIE", "Pas à moi."),
        lambda: visa_moves.undo(hall.app, VISEUR, FIRST),
        lambda: visa_moves.bypass(hall.app, ADMIN, FIRST, "Pressé."),
    ):
        with pytest.raises(RuleError, match=r"se vise dans l'i-Parapheur"):
            attempt()
    assert (folder(hall).state, folder(hall).decisions) == (FolderState.IN_CIRCUIT, ())


def test_a_bridged_desk_needs_nobody_here_and_the_others_stay(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, bridge=Bridge(services=frozenset({"SPORT"})))
    hall.deposit("120.00")
    hall.day()
    assert (folder(hall).remote, folder(hall).desks, hall.all(RemoteFolder)) == ("", ("SCOLAIRE",), ())
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    assert invoice(hall).state is InvoiceState.SERVICE_FAIT
    other = tmp_path / "autre"
    other.mkdir()
    hall = Hall.build(other, bridge=Bridge(services=frozenset({"SCOLAIRE"})))
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, desks=frozenset()))
    hall.deposit("120.00")
    outcomes = hall.day()
    assert there(hall).state is RemoteState.SENT
    assert not [note for outcome in outcomes for note in outcome.notes if "Aucun viseur" in note]


def test_a_visa_there_certifies_here_with_its_day_its_names_and_its_documents(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.annex(key(hall), "../bon de livraison.pdf", PDF)
    hall.parapheur.visa(key(hall), "Tout est là.", name="Paule Lointaine", date_service_fait=DAY)
    poll(hall)
    assert (invoice(hall).state, invoice(hall).executed_on) == (InvoiceState.SERVICE_FAIT, date(2026, 3, 1))
    assert [one.status for one in hall.all(Intention)] == ["SERVICE_FAIT"]
    (decision,) = folder(hall).decisions
    assert (decision.kind, decision.by, decision.comment) == (
        DecisionKind.VISA,
        "Paule Lointaine (i-Parapheur)",
        "Tout est là.",
    )
    slip = folder(hall).slip
    assert slip is not None
    assert hall.documents.kept[slip.sha256] == SLIP + there(hall).id.encode()
    assert [one.name for one in hall.all(Supporting)] == ["bon de livraison.pdf"]
    assert [one.name for one in there(hall).documents] == ["bordereau.pdf", "bon de livraison.pdf"]
    told = hall.ledger.history(Subject.INVOICE, (FIRST,))[-1].event
    assert (told.by, "Paule Lointaine" in told.motif) == ("parapheur", True)
    hall.day()
    assert [piece.name for piece in hall.all(Piece)] == ["F-1.pdf", "bon de livraison.pdf"]
    assert len(hall.all(Mandat)) == 1


@pytest.mark.parametrize("error", [Unreachable, BadAnswer, UnknownOutcome, Refused])
def test_30_what_fails_on_the_way_changes_nothing_here(
    tmp_path: Path, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    before = (invoice(hall), folder(hall), there(hall).state)
    for method in ("history", "documents", "check", "moved"):
        with monkeypatch.context() as broken:
            broken.setattr(hall.parapheur, method, lambda *_: _raise(error))
            if method == "check":
                with pytest.raises(error):
                    poll(hall)
            else:
                assert poll(hall).failures
        assert (invoice(hall), folder(hall), there(hall).state) == before
    poll(hall)
    assert invoice(hall).state is InvoiceState.SERVICE_FAIT
    assert there(hall).trouble == ""


def _raise(error: type[Exception]) -> None:
    raise error


def test_30_an_unknown_status_is_told_once_and_leaves_things_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = bridged_town(tmp_path)
    before = (invoice(hall), folder(hall))
    odd = History(phase=Phase.WAITING, status="EnCoursDeReve", known=False)
    monkeypatch.setattr(hall.parapheur, "history", lambda _: odd)
    monkeypatch.setattr(hall.parapheur, "moved", list)
    told = [poll(hall).notes for _ in range(3)]
    assert [len(notes) for notes in told] == [1, 0, 0]
    assert "EnCoursDeReve" in told[0][0]
    assert (invoice(hall), folder(hall), there(hall).status) == (*before, "EnCoursDeReve")


def test_30_deleted_there_is_told_and_decides_nothing(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.delete(key(hall))
    (note,) = poll(hall).notes
    assert "supprimée de l'i-Parapheur" in note
    assert (there(hall).status, there(hall).state) == (NOT_FOUND, RemoteState.SENT)
    assert (invoice(hall).state, folder(hall).state) == (InvoiceState.IN_VISA, FolderState.IN_CIRCUIT)
    holds.resume(hall.app, AGENT, FIRST, "Supprimée par erreur.")
    hall.day()
    assert [one.state for one in hall.all(RemoteFolder)] == [RemoteState.WITHDRAWN, RemoteState.SENT]
    assert [one.state for one in hall.all(VisaFolder)] == [FolderState.WITHDRAWN, FolderState.IN_CIRCUIT]


def test_31_it_is_closed_only_once_its_documents_are_kept_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    order: list[str] = []
    close, slip = hall.parapheur.close, SLIP + key(hall).encode()

    def watched(one: str, *, refused: bool) -> None:
        stored = there(hall)
        assert stored.state is RemoteState.STORED
        assert stored.history is not None
        assert slip in hall.documents.kept.values()
        assert b"Vise" in hall.documents.kept[stored.history.sha256]
        assert invoice(hall).state is InvoiceState.SERVICE_FAIT
        order.append(one)
        close(one, refused=refused)

    monkeypatch.setattr(hall.parapheur, "close", watched)
    poll(hall)
    poll(hall)
    assert order == [there(hall).id] == hall.parapheur.closed
    assert there(hall).state is RemoteState.CLOSED


def test_31_a_disk_that_lies_decides_nothing_and_deletes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    put = hall.documents.put

    def torn(data: bytes) -> object:
        ref = put(data)
        hall.documents.kept[ref.sha256] = data[:-1]
        return ref

    monkeypatch.setattr(hall.documents, "put", torn)
    (failure,) = poll(hall).failures
    assert "mal écrit" in failure.sentence
    assert (invoice(hall).state, hall.parapheur.closed) == (InvoiceState.IN_VISA, [])


def test_31_a_slip_that_is_none_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    ours = hall.documents.kept[invoice(hall).main_file]
    documents = hall.parapheur.documents
    for data in (b"<html>", b"", ours):
        back = replace(documents(key(hall), 0), slip=Paper(name="b.pdf", media_type="application/pdf", data=data))
        with monkeypatch.context() as odd:
            odd.setattr(hall.parapheur, "documents", lambda *_, back=back: back)
            (failure,) = poll(hall).failures
        assert "bordereau" in failure.sentence
        assert (invoice(hall).state, hall.parapheur.closed) == (InvoiceState.IN_VISA, [])


def test_31_what_may_not_be_joined_is_kept_and_told(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    for name, data in (("devis.docx", b"PK\x03\x04 word"), ("vide.pdf", b""), ("faux.pdf", b"<html>"), ("b.pdf", PDF)):
        hall.parapheur.annex(key(hall), name, data)
    hall.parapheur.annex(key(hall), "copie.pdf", hall.documents.kept[invoice(hall).main_file])
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    notes = poll(hall).notes
    assert [("devis.docx" in note, "vide.pdf" in note, "faux.pdf" in note) for note in notes] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert [one.name for one in hall.all(Supporting)] == ["b.pdf"]
    kept = {one.name: hall.documents.kept[one.document.sha256] for one in there(hall).documents}
    assert kept["devis.docx"] == b"PK\x03\x04 word"
    assert (invoice(hall).state, there(hall).state) == (InvoiceState.SERVICE_FAIT, RemoteState.CLOSED)


def test_32_an_answer_that_is_lost_makes_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path, bridge=Bridge())
    hall.deposit("120.00")
    submit = hall.parapheur.submit

    def lost(dossier: Dossier) -> None:
        submit(dossier)
        raise UnknownOutcome

    with monkeypatch.context() as cut:
        cut.setattr(hall.parapheur, "submit", lost)
        hall.day()
        hall.day()
        assert there(hall).state is RemoteState.TO_SEND
    hall.day()
    assert (there(hall).state, hall.parapheur.created) == (RemoteState.SENT, [key(hall)])


def test_32_nor_does_another_ledger_take_the_folder_of_another_invoice(tmp_path: Path) -> None:
    """A base that was restored gives a number again: its folder is another one, since its invoice is."""
    hall = bridged_town(tmp_path)
    again = Hall.build(tmp_path, bridge=Bridge())
    again.deposit("99.00", start=7)
    again.day()
    assert invoice(again).id == invoice(hall).id
    assert key(again) != key(hall)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "n'a pas été donnée"),
        ("   ", "n'a pas été donnée"),
        ("hier", "illisible"),
        ("2026-02-30", "illisible"),
        ("0206-03-01", "trop ancienne"),
        ("2026-03-03", "dans le futur"),
        ("2026-03-02T23:30:00Z", "dans le futur"),  # half past midnight in Paris
    ],
)
def test_without_a_day_that_can_be_it_is_the_agents_again(tmp_path: Path, text: str, words: str) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.visa(key(hall), date_service_fait=text)
    poll(hall)
    (finding,) = blocking(invoice(hall).findings)
    assert (invoice(hall).state, finding.code) == (InvoiceState.TO_CORRECT, "VISA-INCOMPLET")
    assert words in finding.sentence
    assert "Paul Viseur" in finding.sentence
    assert (folder(hall).state, there(hall).state, hall.all(Intention)) == (
        FolderState.WITHDRAWN,
        RemoteState.CLOSED,
        (),
    )
    assert folder(hall).slip is not None
    holds.resume(hall.app, AGENT, FIRST, "Le service donnera la date.")
    hall.day()
    fresh = hall.all(RemoteFolder)[-1]
    hall.parapheur.visa(fresh.id, date_service_fait="01/03/2026")
    hall.day()
    assert invoice(hall).executed_on == date(2026, 3, 1)


def test_10_there_too_a_service_is_not_done_long_before_it_was_ordered(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path, before_order=10)
    with hall.ledger.transaction() as books:
        (order,) = books.find(Engagement)
        books.save(replace(order, engaged_on=date(2026, 3, 12)))
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    poll(hall)
    (finding,) = blocking(invoice(hall).findings)
    assert (invoice(hall).state, finding.code) == (InvoiceState.TO_CORRECT, "VISA-INCOMPLET")
    assert "(01/03/2026) est bien avant l'engagement BC26-00077 (12/03/2026)" in finding.sentence


def test_a_circuit_that_nobody_signed_certifies_nothing(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    folder_there = hall.parapheur.folders[key(hall)]
    folder_there.metadata["date_service_fait"] = DAY
    folder_there.log("WebService", "Archive")
    poll(hall)
    assert blocking(invoice(hall).findings)[0].code == "VISA-INCOMPLET"


@pytest.mark.parametrize(
    ("annotation", "state", "code"),
    [
        ("[PRIX_NON_CONFORME] Deux euros de trop.", InvoiceState.REFUSED, ""),
        ("[prix non conforme] Deux euros de trop.", InvoiceState.REFUSED, ""),
        ("[PAS_MON_SERVICE] C'est la voirie.", InvoiceState.TO_CORRECT, "VISA-PAS_MON_SERVICE"),
        ("[DOUBLON]", InvoiceState.TO_CORRECT, "VISA-DOUBLON"),
        ("[DOUBLON] " + "long " * 100, InvoiceState.TO_CORRECT, "VISA-DOUBLON"),
        ("[INVENTE] Trop cher.", InvoiceState.TO_CORRECT, "VISA-SANS_CODE"),
        ("Trop cher.", InvoiceState.TO_CORRECT, "VISA-SANS_CODE"),
        ("", InvoiceState.TO_CORRECT, "VISA-SANS_CODE"),
    ],
)
def test_a_refusal_reaches_the_supplier_only_with_its_code(
    tmp_path: Path, annotation: str, state: InvoiceState, code: str
) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.reject(key(hall), annotation)
    poll(hall)
    assert (invoice(hall).state, folder(hall).state) == (state, FolderState.REFUSED)
    assert [one.code for one in invoice(hall).findings if one.code.startswith("VISA-")] == [code] * bool(code)
    assert [one.status for one in hall.all(Intention)] == ["REJETEE"] * (state is InvoiceState.REFUSED)
    assert folder(hall).decisions[0].by == "Paul Viseur (i-Parapheur)"
    assert (there(hall).state, there(hall).refused) == (RemoteState.CLOSED, True)


def test_an_invoice_that_leaves_is_taken_back_there(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    answers.recycle(hall.app, AGENT, FIRST, "Mauvais service.")
    assert there(hall).state is RemoteState.WITHDRAWING
    poll(hall)
    assert (there(hall).state, hall.parapheur.recalled) == (RemoteState.WITHDRAWN, [key(hall)])
    assert (invoice(hall).state, folder(hall).state) == (InvoiceState.SENT_BACK, FolderState.WITHDRAWN)


def test_even_one_that_was_never_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path, bridge=Bridge())
    hall.deposit("120.00")
    with monkeypatch.context() as cut:
        cut.setattr(hall.parapheur, "submit", lambda _: _raise(Unreachable))
        hall.day()
    answers.recycle(hall.app, AGENT, FIRST, "Mauvais service.")
    poll(hall)
    assert (there(hall).state, hall.parapheur.created) == (RemoteState.WITHDRAWN, [])


def test_what_cannot_be_taken_back_is_told_and_comes_home_in_the_end(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.folders[key(hall)].log("Paul Viseur", "Lu")
    answers.recycle(hall.app, AGENT, FIRST, "Mauvais service.")
    outcome = poll(hall)
    assert (outcome.failures, len(outcome.notes)) == ((), 1)
    assert "n'a pas pu être retirée" in outcome.notes[0]
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    poll(hall)
    assert (there(hall).state, len(there(hall).documents)) == (RemoteState.CLOSED, 1)
    assert (invoice(hall).state, folder(hall).state) == (InvoiceState.SENT_BACK, FolderState.WITHDRAWN)
    assert hall.parapheur.closed == [key(hall)]


def test_the_same_invoice_decided_there_while_it_leaves_here_follows_who_left(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    answers.recycle(hall.app, AGENT, FIRST, "Mauvais service.")
    poll(hall)
    assert (invoice(hall).state, there(hall).state) == (InvoiceState.SENT_BACK, RemoteState.CLOSED)


def test_one_that_stays_too_long_is_told_and_is_late_on_its_day(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path, bridge=Bridge(max_days=15))
    due_on = folder(hall).due_on
    assert due_on is not None
    assert not folder(hall).is_late(due_on)
    assert folder(hall).is_late(due_on + timedelta(days=1))
    hall.clock.advance(days=15)
    assert poll(hall).notes == ()
    hall.clock.advance(days=1)
    assert "depuis le 02/03/2026" in poll(hall).notes[0]


def test_the_report_tells_it_too(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    hall.clock.advance(days=20)
    told = " ".join(picture(hall.app, AGENT).alerts)
    assert "visa attendu de SCOLAIRE dans l'i-Parapheur" in told
    assert "elle est dans l'i-Parapheur depuis le" in told


def test_what_is_refused_there_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path, bridge=Bridge())
    hall.deposit("120.00", "60.00")
    submit = hall.parapheur.submit

    def picky(dossier: Dossier) -> None:
        if "000001" in dossier.id:
            message = "Le sous-type n'existe pas"
            raise Refused(message)
        submit(dossier)

    with monkeypatch.context() as odd:
        odd.setattr(hall.parapheur, "submit", picky)
        outcome = next(one for one in hall.day() if one.step == "parapheur")
    assert (outcome.done, len(outcome.failures)) == (("F2026-000002",), 1)
    assert "sous-type" in hall.all(RemoteFolder)[0].trouble
    poll(hall)
    assert {one.state for one in hall.all(RemoteFolder)} == {RemoteState.SENT}
    assert {one.trouble for one in hall.all(RemoteFolder)} == {""}


def test_a_section_taken_away_while_folders_are_there_is_told(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    alone = replace(hall.app, parapheur=None)
    with pytest.raises(ConfigError, match=r"\[parapheur\]"):
        parapheur(alone)
    assert parapheur in due(alone)
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    poll(hall)
    assert parapheur not in due(alone)
    assert parapheur in due(hall.app)


def test_one_that_falls_silent_is_not_waited_for_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path, bridge=Bridge())
    hall.deposit(*["120.00"] * 6)
    asked: list[str] = []

    def silent(dossier: Dossier) -> None:
        asked.append(dossier.id)
        raise UnknownOutcome

    with monkeypatch.context() as cut:
        cut.setattr(hall.parapheur, "submit", silent)
        hall.day()
    assert len(asked) == 3
    poll(hall)
    assert len(hall.parapheur.created) == 6


def test_one_that_leaves_while_it_is_being_sent_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path, bridge=Bridge())
    hall.deposit("120.00")
    submit = hall.parapheur.submit

    def meanwhile(dossier: Dossier) -> None:
        submit(dossier)
        answers.recycle(hall.app, AGENT, FIRST, "Mauvais service.")

    with monkeypatch.context() as slow:
        slow.setattr(hall.parapheur, "submit", meanwhile)
        assert [outcome.failures for outcome in hall.day() if outcome.step == "parapheur"] == [()]
    assert there(hall).state is RemoteState.WITHDRAWING
    poll(hall)
    assert (there(hall).state, hall.parapheur.folders) == (RemoteState.WITHDRAWN, {})


def test_what_the_supplier_sent_since_is_read_before_anything_is_decided(tmp_path: Path) -> None:
    hall = bridged_town(tmp_path)
    hall.parapheur.visa(key(hall), date_service_fait=DAY)
    with hall.ledger.transaction() as books:
        (reception,) = books.find(Reception)
        books.save(replace(reception, state=ReceptionState.LISTED))
    (failure,) = poll(hall).failures
    assert "pas encore lu" in failure.sentence
    assert (invoice(hall).state, hall.parapheur.closed) == (InvoiceState.IN_VISA, [])
