"""Paper from the folder to the documents: one bad file stops no other, a doubt holds, nothing comes in twice."""

import errno
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.acts import entry, paper, paper_views, run
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.paper.batch import Batch, BatchState, Door
from dematfin.domain.paper.capture import Capture, CaptureState
from dematfin.domain.paper.pages import Page
from dematfin.domain.paper.rules import PaperRules, Route
from dematfin.errors import Forbidden, RuleError
from dematfin.steps.capture import capture
from dematfin.steps.outcome import Outcome
from examples import AGENT, COMMUNE, VISEUR
from fakes.hall import Hall, Killed
from fakes.paper import END

RULES = PaperRules(routes=(Route(key="ECOLE", siret=COMMUNE, service="SCOLAIRE"),))
TWO = ("F:ECOLE:1", "facture un", "suite", "F:ECOLE:2", "facture deux")
DOUBT = ("F:ECOLE:1", "facture un", "illisible", "facture deux")


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path, paper=RULES)


def drop(hall: Hall, *pages: str, name: str = "scan.pdf") -> None:
    (hall.folders.root / name).write_text("\n".join(pages), encoding="utf-8")


def collect(hall: Hall) -> Outcome:
    return run.run(hall.app, AGENT, capture)


def text(hall: Hall, ref: DocumentRef) -> list[str]:
    return [line for line in hall.documents.kept[ref.sha256].decode().splitlines() if line != END]


def current(hall: Hall) -> list[Capture]:
    return [one for one in hall.all(Capture) if one.state is not CaptureState.REPLACED]


def test_a_stack_becomes_one_document_an_invoice(hall: Hall) -> None:
    drop(hall, *TWO)
    assert collect(hall).failures == ()
    first, second = hall.all(Capture)
    assert (first.pages, first.route, first.serial) == ((2, 3), "ECOLE", "000001")
    assert (first.siret, first.service, first.state) == (COMMUNE, "SCOLAIRE", CaptureState.TO_ENTER)
    assert (text(hall, first.document), text(hall, second.document)) == (["facture un", "suite"], ["facture deux"])
    (batch,) = hall.all(Batch)
    assert (batch.state, batch.pages, text(hall, batch.original)) == (BatchState.PUBLISHED, 5, list(TWO))
    assert not list(hall.folders.root.iterdir())


def test_the_evidence_names_each_page_and_each_document(hall: Hall) -> None:
    drop(hall, *TWO)
    collect(hall)
    (batch,) = hall.all(Batch)
    assert batch.manifest is not None
    manifest = json.loads(hall.documents.kept[batch.manifest.sha256])
    assert [page["verdict"] for page in manifest["pages"]] == [
        "separator",
        "content",
        "content",
        "separator",
        "content",
    ]
    assert [one["sha256"] for one in manifest["documents"]] == [one.document.sha256 for one in hall.all(Capture)]
    assert (manifest["sha256"], manifest["par"]) == (batch.original.sha256, AGENT.id)


def test_one_bad_file_is_kept_aside_and_the_others_go_on(hall: Hall) -> None:
    drop(hall, "piège", name="a.pdf")
    drop(hall, *TWO, name="b.pdf")
    (failure,) = collect(hall).failures
    assert "en quarantaine" in failure.sentence
    aside, fine = hall.all(Batch)
    assert (aside.state, aside.reason, text(hall, aside.original)) == (BatchState.QUARANTINED, "damaged", ["piège"])
    assert fine.state is BatchState.PUBLISHED


def test_a_doubt_holds_the_batch_and_publishes_nothing(hall: Hall) -> None:
    drop(hall, *DOUBT)
    outcome = collect(hall)
    assert not outcome.failures
    assert "page 3" in outcome.notes[0]
    assert hall.all(Capture) == ()
    (seen,) = paper_views.pending(hall.app, AGENT).batches
    assert (seen.batch.state, seen.proposed()) == (BatchState.HELD, ((2, 3, 4),))


def test_an_agent_says_that_the_page_was_a_sheet(hall: Hall) -> None:
    drop(hall, *DOUBT)
    collect(hall)
    paper.cut_again(hall.app, AGENT, "L2026-000001", {3}, ())
    assert [text(hall, one.document) for one in hall.all(Capture)] == [["facture un"], ["facture deux"]]
    assert {one.state for one in hall.all(Capture)} == {CaptureState.TO_ENTER}


def test_an_agent_says_that_the_doubt_was_unfounded(hall: Hall) -> None:
    drop(hall, *DOUBT)
    collect(hall)
    paper.publish_as_it_is(hall.app, AGENT, "L2026-000001", "page de publicité")
    (made,) = hall.all(Capture)
    assert text(hall, made.document) == ["facture un", "illisible", "facture deux"]
    motifs = [one.event.motif for one in hall.ledger.history(Subject.BATCH)]
    assert any("page de publicité" in motif and AGENT.name in motif for motif in motifs)


def test_pages_without_a_sheet_wait_for_a_confirmation(hall: Hall) -> None:
    drop(hall, "orpheline", *TWO)
    collect(hall)
    orphan, *others = hall.all(Capture)
    assert (orphan.state, orphan.pages) == (CaptureState.TO_CONFIRM, (1,))
    assert {one.state for one in others} == {CaptureState.TO_ENTER}
    assert paper.confirm(hall.app, AGENT, orphan.id, "relue").state is CaptureState.TO_ENTER


def test_a_file_without_any_sheet_is_one_document_to_confirm(hall: Hall) -> None:
    drop(hall, "facture", "suite")
    collect(hall)
    assert hall.all(Batch)[0].state is BatchState.HELD
    paper.publish_as_it_is(hall.app, AGENT, "L2026-000001", "une seule")
    (made,) = hall.all(Capture)
    assert (made.pages, made.state) == ((1, 2), CaptureState.TO_ENTER)


def test_an_unknown_route_is_cut_all_the_same(hall: Hall) -> None:
    drop(hall, "F:ANCIEN:1", "facture")
    collect(hall)
    (made,) = hall.all(Capture)
    assert (made.route, made.siret, made.service, made.state) == ("ANCIEN", "", "", CaptureState.TO_ENTER)


def test_the_number_that_a_folder_announces_is_checked(hall: Hall) -> None:
    hall.folders.place = "lot_3"
    drop(hall, *TWO)
    collect(hall)
    assert [finding.code for finding in hall.all(Batch)[0].remarks] == ["SCAN-COUNT"]


def test_the_same_file_twice_is_told_and_not_taken_twice(hall: Hall) -> None:
    for name in ("lundi.pdf", "mardi.pdf"):
        drop(hall, *TWO, name=name)
        collect(hall)
    assert [one.state for one in hall.all(Batch)] == [BatchState.PUBLISHED, BatchState.DUPLICATE]
    assert len(hall.all(Capture)) == 2
    again = paper.take_again(hall.app, AGENT, "L2026-000002", "deux achats identiques")
    assert again.state is BatchState.PUBLISHED
    keys = [one.key for one in hall.all(Capture)]
    assert len(set(keys)) == 4


def test_an_image_is_wrapped_and_its_original_kept(hall: Hall) -> None:
    drop(hall, "image", *TWO, name="scan.tif")
    collect(hall)
    (batch,) = hall.all(Batch)
    assert text(hall, batch.original)[0] == "image"
    assert batch.pdf is not None
    assert text(hall, batch.pdf) == list(TWO)
    assert len(hall.all(Capture)) == 2


def test_a_file_that_holds_one_invoice_needs_no_sheet(hall: Hall) -> None:
    hall.folders.door = Door.SINGLE
    drop(hall, "F:ECOLE:1", "facture")
    collect(hall)
    (made,) = hall.all(Capture)
    assert (made.pages, made.state) == ((1, 2), CaptureState.TO_ENTER)


def test_a_document_that_speaks_of_two_invoices_waits_for_a_confirmation(hall: Hall) -> None:
    drop(hall, "F:ECOLE:1", "Facture n° F-2026-12", "Facture n° F-2026-13")
    collect(hall)
    (made,) = hall.all(Capture)
    assert made.state is CaptureState.TO_CONFIRM
    assert "F-2026-12 et F-2026-13" in made.reason
    paper.cut_again(hall.app, AGENT, made.id, (), {3})
    assert [one.state for one in current(hall)] == [CaptureState.TO_ENTER] * 2


def test_a_full_disk_loses_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    drop(hall, *TWO)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        (failure,) = collect(hall).failures
    assert "disque" in failure.sentence
    assert [path.name for path in hall.folders.root.iterdir()] == ["scan.pdf"]
    assert collect(hall).failures == ()
    assert len(hall.all(Capture)) == 2


def test_a_file_that_grows_while_it_is_copied_is_left_for_later(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copyfile

    def slowly(source: Path, target: Path) -> object:
        copied = copy(source, target)
        with source.open("a", encoding="utf-8") as growing:
            growing.write("\nsuite")
        return copied

    drop(hall, *TWO)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", slowly)
        (failure,) = collect(hall).failures
    assert "en cours d'écriture" in failure.sentence
    assert hall.all(Batch) == ()
    collect(hall)
    assert text(hall, hall.all(Batch)[0].original) == [*TWO, "suite"]


def test_documents_found_glued_are_cut_again(hall: Hall) -> None:
    drop(hall, *TWO)
    collect(hall)
    paper.cut_again(hall.app, AGENT, "D2026-000001", (), {3})
    assert [one.pages for one in current(hall)] == [(5,), (2,), (3,)]
    assert [text(hall, one.document) for one in current(hall)] == [["facture deux"], ["facture un"], ["suite"]]


def test_what_is_entered_is_not_cut_away(hall: Hall) -> None:
    drop(hall, *TWO)
    collect(hall)
    entry.say_arrival(hall.app, AGENT, "L2026-000001", hall.clock.today())
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Capture, "D2026-000001"), state=CaptureState.ENTERED, invoice_id="F2026-000001"))
    with pytest.raises(RuleError, match="F2026-000001"):
        paper.cut_again(hall.app, AGENT, "L2026-000001", (), {3})
    assert [one.pages for one in current(hall)] == [(2, 3), (5,)]


def test_nothing_is_decided_without_a_motif_or_the_right(hall: Hall) -> None:
    drop(hall, *DOUBT)
    collect(hall)
    with pytest.raises(RuleError, match="motif"):
        paper.publish_as_it_is(hall.app, AGENT, "L2026-000001", " ")
    with pytest.raises(Forbidden):
        paper.publish_as_it_is(hall.app, VISEUR, "L2026-000001", "je veux")
    with pytest.raises(RuleError, match="où couper"):
        paper.cut_again(hall.app, AGENT, "L2026-000001", (), ())


def test_a_batch_without_an_invoice_is_set_aside(hall: Hall) -> None:
    drop(hall, *DOUBT)
    collect(hall)
    assert paper.discard_batch(hall.app, AGENT, "L2026-000001", "publicité").state is BatchState.DISCARDED
    assert paper_views.pending(hall.app, AGENT).batches == ()


SIGNS = st.sampled_from(["F:ECOLE:1", "F:ECOLE:2", "A:ECOLE:3", "L:2:4", "verso", "illisible", "facture", "suite"])


@settings(max_examples=60, deadline=None)
@given(st.lists(SIGNS, min_size=1, max_size=14))
def test_whatever_the_stack_each_page_is_kept_once_or_nothing_is_published(signs: list[str]) -> None:
    lines = [f"{sign} {place}" if sign in {"facture", "suite"} else sign for place, sign in enumerate(signs)]
    with tempfile.TemporaryDirectory() as folder:
        hall = Hall.build(Path(folder), paper=RULES)
        drop(hall, *lines)
        collect(hall)
        (batch,) = hall.all(Batch)
        pages = {page.page: page for page in hall.all(Page)}
        made = hall.all(Capture)
        if batch.state is BatchState.HELD:
            assert made == ()
            return
        assert batch.state is BatchState.PUBLISHED
        kept = [line for one in sorted(made, key=lambda one: one.pages) for line in text(hall, one.document)]
        assert kept == [lines[page - 1] for page in sorted(pages) if pages[page].document]
        assert [line for line in lines if line.startswith(("facture", "suite"))] == [
            line for line in kept if line.startswith(("facture", "suite"))
        ]
        assert sorted(pages) == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_wherever_it_dies_the_documents_are_the_same(tmp_path: Path, moment: str) -> None:
    expected = _documents(tmp_path / "temoin", None)
    calls = 0
    while True:
        calls += 1
        found = _documents(tmp_path / f"{moment}{calls}", (calls, moment))
        if found is None:
            break
        assert found == expected
    assert calls > 5


def _documents(folder: Path, at: tuple[int, str] | None) -> object:
    """Take a batch in, killed at one call; run again; None when that call never comes."""
    folder.mkdir()
    hall = Hall.build(folder, paper=RULES)
    hall.ledger.axe = hall.axe
    drop(hall, *TWO, name="a.pdf")
    drop(hall, *DOUBT, name="b.pdf")
    hall.axe.at = at
    killed = at is None
    try:
        collect(hall)
    except Killed:
        killed = True
        hall.ledger.leases.clear()
    if not killed:
        return None
    hall.axe.at = None
    collect(hall)
    batches = [(one.name, one.state, one.original, one.pages) for one in hall.all(Batch)]
    documents = [(one.pages, one.document, one.key, one.state) for one in hall.all(Capture)]
    pages = [(one.page, one.verdict, one.digest) for one in hall.all(Page)]
    return sorted(batches, key=str), sorted(documents, key=str), pages, list(hall.folders.root.iterdir())
