"""What invoices and their documents say is indexed once, whatever they hold and wherever the run dies."""

import io
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import attachments, supporting
from dematfin.domain.event import Subject
from dematfin.domain.invoice.content import InvoiceLine
from dematfin.domain.invoice.indexed import Indexed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.money import ZERO
from dematfin.errors import ConfigError
from dematfin.ports.paper_reader import Words
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from dematfin.steps import texts as step
from dematfin.steps.keeping import Given
from dematfin.steps.outcome import Outcome
from dematfin.steps.texts import MOST_PAPERS, texts
from examples import AGENT, VISEUR, content
from fakes.hall import Hall, Killed
from fakes.paper import FakePaper
from scanning.pages import printed, scanned

FIRST, SECOND = "F2026-000001", "F2026-000002"


class CountedPaper(FakePaper):
    """Remembers how many documents were read."""

    read = 0

    def words(self, pdf: Path) -> Words | None:
        self.read += 1
        return super().words(pdf)


@pytest.fixture
def paper() -> CountedPaper:
    return CountedPaper()


@pytest.fixture
def hall(tmp_path: Path, paper: CountedPaper) -> Hall:
    """Return a hall that has taken in two invoices, and read nothing yet."""
    hall = Hall.build(tmp_path)
    hall.app = replace(hall.app, paper=paper)
    hall.deposit("120.00", "240.00")
    return hall


def found(hall: Hall, words: str) -> tuple[str, ...]:
    with hall.ledger.reading() as books:
        return books.find_text(words, 10)


def written(text: str) -> bytes:
    return f"%PDF-1.7\n{text}\n%%EOF".encode()


def say(hall: Hall, key: str, data: bytes, **changes: Any) -> None:
    """Have an invoice come with this file."""
    with hall.ledger.transaction() as books:
        one = books.get(Invoice, key)
        (sent,) = one.content.attachments
        files = (replace(sent, document=hall.documents.put(data)),)
        books.save(replace(one, content=replace(one.content, attachments=files, **changes)))
        books.record(hall.app.event(Subject.INVOICE, key, one.state, one.state, "dossier relu"))


def run(hall: Hall) -> Outcome:
    outcome = texts(hall.app)
    assert outcome.failures == ()
    return outcome


def marks(hall: Hall) -> dict[str, Indexed]:
    return {one.id: one for one in hall.all(Indexed)}


def test_the_day_indexes_what_came_in_and_the_next_one_reads_nothing_again(hall: Hall, paper: CountedPaper) -> None:
    assert hall.day_of("textes").done == (FIRST, SECOND)
    assert found(hall, "papeterie") == (SECOND, FIRST)
    assert found(hall, "9100001") == (FIRST,)  # written in its PDF only
    assert hall.day_of("textes") == Outcome(step="textes")
    assert paper.read == 2
    assert not any(one.waiting for one in marks(hall).values())


def test_labels_of_lines_and_words_of_documents_may_be_mixed(hall: Hall) -> None:
    hall.day()
    line = InvoiceLine(number=1, reference="Ramettes recyclées", quantity=ZERO, unit_price=ZERO, ht=ZERO)
    say(hall, FIRST, written("livré à l'école Jean-Moulin"), lines=(line,))
    assert run(hall).done == (FIRST,)
    assert found(hall, "ecole ramettes") == (FIRST,)
    assert found(hall, "9100001") == ()  # what it held before


def test_a_document_joined_later_is_indexed_too(hall: Hall) -> None:
    hall.day()
    supporting.attach(hall.app, VISEUR, FIRST, "bon.pdf", written("bon de livraison signé Durand"))
    attachments.attach(
        hall.app, AGENT, SECOND, Given(name="rib.pdf", data=written("relevé Martinez"), kind=PieceKind.RIB)
    )
    assert run(hall).done == (FIRST, SECOND)
    assert (found(hall, "durand"), found(hall, "martinez")) == ((FIRST,), (SECOND,))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (written("piège"), "Le PDF est abîmé."),
        (b"\xff\xd8\xff image", "c'est une image"),
        (b"MZ un programme", "ce n'est pas un PDF"),
        (b"", "ce n'est pas un PDF"),
    ],
)
def test_a_bad_document_is_tried_once_says_why_and_keeps_no_other(
    hall: Hall, paper: CountedPaper, data: bytes, why: str
) -> None:
    hall.day()
    say(hall, FIRST, data)
    say(hall, SECOND, written("toboggan"))
    assert run(hall).done == (FIRST, SECOND)
    (unread,) = marks(hall)[FIRST].unread
    assert unread.startswith("« F-1.pdf » : ")
    assert why in unread
    assert (found(hall, "toboggan"), found(hall, "papeterie")) == ((SECOND,), (SECOND, FIRST))
    read = paper.read
    assert run(hall).done == ()
    assert paper.read == read


def test_an_image_that_nobody_was_asked_to_recognise_says_so(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakePaper, "words", lambda *_: None)
    hall.day()
    assert marks(hall)[FIRST].unread == ("« F-1.pdf » : c'est une image, dont le texte n'est pas reconnu.",)


def test_a_recognition_that_is_not_installed_is_a_reason_and_no_failure(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> Words | None:
        message = "Tesseract n'est pas installé."
        raise ConfigError(message)

    monkeypatch.setattr(FakePaper, "words", lacking)
    assert hall.day_of("textes").failures == ()
    assert marks(hall)[FIRST].unread == ("« F-1.pdf » : Tesseract n'est pas installé.",)


def test_what_nobody_foresaw_keeps_no_other_invoice_and_is_tried_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.day()
    say(hall, FIRST, written("un"))
    say(hall, SECOND, written("deux"))
    kept = dict(hall.documents.kept)
    with hall.ledger.reading() as books:
        del hall.documents.kept[books.get(Invoice, FIRST).content.attachments[0].document.sha256]
    monkeypatch.setattr(hall.documents, "open", lambda ref: io.BytesIO(hall.documents.kept[ref.sha256]))
    outcome = texts(hall.app)
    assert ([one.item for one in outcome.failures], outcome.done) == ([f"Facture {FIRST}"], (SECOND,))
    hall.documents.kept = kept
    assert run(hall).done == (FIRST,)


def test_endless_documents_stop_at_the_limit(hall: Hall, paper: CountedPaper) -> None:
    hall.day()
    say(hall, FIRST, written(" ".join(f"mot{number}" for number in range(40_000)) + " dernier"))
    for number in range(MOST_PAPERS + 3):
        supporting.attach(hall.app, VISEUR, SECOND, f"bon{number}.pdf", written(f"livraison{number}"))
    read = paper.read
    run(hall)
    assert (found(hall, "mot7"), found(hall, "dernier")) == ((FIRST,), ())
    assert paper.read - read == 1 + MOST_PAPERS
    assert (found(hall, "livraison3"), found(hall, f"livraison{MOST_PAPERS + 1}")) == ((SECOND,), ())


def test_a_long_run_leaves_the_rest_to_the_next_one(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "MOST", 1)
    outcome = hall.day_of("textes")
    assert outcome.done == (FIRST,)
    assert "la prochaine journée continue" in outcome.notes[0]
    monkeypatch.setattr(step, "MOST", 9)
    monkeypatch.setattr(step, "PATIENCE", timedelta(seconds=-1))
    assert texts(hall.app).done == ()
    monkeypatch.undo()
    assert run(hall) == Outcome(step="textes", done=(SECOND,))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_commit_it_ends_as_if_it_had_not_been(hall: Hall, moment: str) -> None:
    hall.day()
    for number in range(1, 9):
        say(hall, FIRST, written(f"essai{number}"))
        say(hall, SECOND, written(f"autre{number}"))
        hall.axe.at, hall.ledger.axe = (hall.axe.calls + number, moment), hall.axe
        with suppress(Killed):
            texts(hall.app)
        hall.axe.at, hall.ledger.axe = None, None
        run(hall)
        assert (found(hall, f"essai{number}"), found(hall, f"autre{number}")) == ((FIRST,), (SECOND,))
        assert not any(one.waiting for one in marks(hall).values())


def test_an_event_of_what_is_no_invoice_keeps_nothing_waiting(hall: Hall) -> None:
    hall.day()
    with hall.ledger.transaction() as books:
        books.record(hall.app.event(Subject.INVOICE, "F1999-000001", "", "", "oubliée"))
    assert run(hall).done == ()
    assert marks(hall).keys() == {FIRST, SECOND}


def test_a_long_journal_is_read_in_parts(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "EVENTS", 1)
    assert hall.day_of("textes").done == (FIRST, SECOND)


def test_an_invoice_sent_again_with_the_same_words_is_not_read_again(hall: Hall, paper: CountedPaper) -> None:
    hall.day()
    before = marks(hall)
    with hall.ledger.transaction() as books:
        books.record(hall.app.event(Subject.INVOICE, FIRST, "", "", "regardée"))
    assert run(hall).done == ()
    assert (marks(hall), paper.read) == (before, 2)
    hall.chorus.deposit("9100003", content("F-3", "10.00"))
    assert hall.day_of("textes").done == ("F2026-000003",)


def test_real_documents_are_read_by_processes_that_may_die(hall: Hall, tmp_path: Path) -> None:
    hall.app = replace(hall.app, paper=Paper(ScanSettings(processus=1)))
    hall.deposit("360.00", start=3)
    hall.day()
    page = printed(tmp_path / "page.pdf", "Réfection du préau\nde l'école élémentaire Jean-Moulin", "Toboggan")
    say(hall, FIRST, page.read_bytes())
    say(hall, SECOND, page.read_bytes()[:600])
    say(hall, "F2026-000003", scanned(page, tmp_path / "scan.pdf", dpi=60).read_bytes())
    assert run(hall).done == (FIRST, SECOND, "F2026-000003")
    assert (found(hall, "PREAU toboggan"), found(hall, "prea")) == ((FIRST,), (FIRST,))
    (broken,), (image,) = (marks(hall)[key].unread for key in (SECOND, "F2026-000003"))
    assert broken.startswith("« F-2.pdf » : ")
    assert image == "« F-3.pdf » : c'est une image, dont le texte n'est pas reconnu."
