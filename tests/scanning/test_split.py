"""One PDF a document: image streams untouched, nothing active, proved page for page."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from dematfin.domain.paper.cut import cut
from dematfin.domain.paper.reasons import Reason
from dematfin.domain.paper.rules import PaperRules
from dematfin.errors import PaperRefused
from dematfin.ports.paper_reader import Order
from dematfin.sandbox.copier import Mode, Settings
from dematfin.scanning import paper as module
from dematfin.scanning.admission import images
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from scanning.hostile import saved
from scanning.stacks import stack

WORDS = "Pages 2 à 3 de l'original"


def order(paper: Paper, source: Path, pages: tuple[int, ...], **changes: Any) -> Order:
    digests = {seen.page: seen.digest for seen in paper.look(source, sheets=False)}
    usual: dict[str, Any] = {
        "name": "document-0001.pdf",
        "pages": pages,
        "digests": tuple(digests[page] for page in pages),
        "turn": 0,
        "source": "ab" * 32,
        "words": WORDS,
    }
    return Order(**usual | changes)


def streams(path: Path, pages: tuple[int, ...]) -> list[list[bytes]]:
    with pikepdf.open(path) as pdf:
        return [[bytes(image.read_raw_bytes()) for image in images(pdf.pages[page - 1])] for page in pages]


@pytest.mark.parametrize("mode", Mode)
def test_image_streams_are_copied_untouched(paper: Paper, tmp_path: Path, mode: Mode) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(stack(31, Settings(mode=mode, dpi=100), invoices=2).pdf)
    (made,) = paper.split(source, [order(paper, source, (2, 3))], tmp_path)
    assert streams(made, (1, 2)) == streams(source, (2, 3))


def test_the_same_cut_gives_the_same_bytes(paper: Paper, tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(stack(32, Settings(dpi=100), invoices=2).pdf)
    wanted = order(paper, source, (2,), turn=180)
    (first,) = paper.split(source, [wanted], tmp_path)
    seal = hashlib.sha256(first.read_bytes()).hexdigest()
    (second,) = paper.split(source, [wanted], tmp_path)
    assert hashlib.sha256(second.read_bytes()).hexdigest() == seal


def test_a_document_says_where_it_comes_from_and_how_to_show_it(paper: Paper, tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(stack(33, Settings(dpi=100), invoices=1).pdf)
    (made,) = paper.split(source, [order(paper, source, (2,), turn=180)], tmp_path)
    with pikepdf.open(made) as pdf:
        assert (str(pdf.docinfo["/Subject"]), str(pdf.docinfo["/SourceSHA256"])) == (WORDS, "ab" * 32)
        assert pdf.pages[0].rotation == 180
        with pdf.open_metadata() as metadata:
            assert metadata["dc:source"] == "ab" * 32


def test_nothing_that_acts_or_is_attached_comes_along(paper: Paper, tmp_path: Path) -> None:
    source = tmp_path / "actif.pdf"
    source.write_bytes(active())
    (made,) = paper.split(source, [order(paper, source, (1,))], tmp_path)
    with pikepdf.open(made) as pdf:
        text = made.read_bytes()
        assert set(pdf.Root.keys()) <= {"/Type", "/Pages", "/Metadata"}
        assert "/AA" not in pdf.pages[0].obj
        kept = [str(note.Subtype) for note in pdf.pages[0].obj.Annots]
    assert kept == ["/Text"]
    for word in (b"JavaScript", b"/Launch", b"EmbeddedFile", b"calc.exe"):
        assert word not in text


def active() -> bytes:
    """A file that would run things when it is opened."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    script = Dictionary(S=Name.JavaScript, JS="app.alert('calc.exe')")
    pdf.Root.OpenAction = script
    pdf.Root.AA = Dictionary(WC=script)
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script])))
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(pdf, b"<xdp/>"))
    pdf.attachments["piege.exe"] = b"MZ"
    page = pdf.pages[0].obj
    page.AA = Dictionary(O=script)
    rectangle = Array([0, 0, 10, 10])
    page.Annots = Array(
        [
            Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=rectangle, A=Dictionary(S=Name.Launch, F="calc.exe")),
            Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=rectangle),
            Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=rectangle, Contents="note"),
        ]
    )
    return saved(pdf)


def test_a_source_that_changed_since_it_was_looked_at_gives_nothing(paper: Paper, tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(stack(34, Settings(dpi=100), invoices=2).pdf)
    right = order(paper, source, (2,))
    wrong = order(paper, source, (3,), digests=right.digests, name="document-0002.pdf")
    with pytest.raises(PaperRefused) as refused:
        paper.split(source, [right, wrong], tmp_path)
    assert refused.value.code == Reason.INVARIANT


def test_pages_that_share_resources_are_cut_apart(paper: Paper, tmp_path: Path) -> None:
    """Some copiers write the resources once, on the tree above the pages."""
    source = tmp_path / "partage.pdf"
    with pikepdf.open(io.BytesIO(stack(35, Settings(dpi=100), invoices=1).pdf)) as pdf:
        pdf.Root.Pages.Resources = pdf.pages[1].obj.Resources
        pdf.pages[1].obj.Rotate = 90
        del pdf.pages[1].obj.Resources
        source.write_bytes(saved(pdf))
    (made,) = paper.split(source, [order(paper, source, (2,))], tmp_path)
    assert streams(made, (1,)) == streams(source, (2,)) != [[]]
    with pikepdf.open(made) as pdf:
        assert pdf.pages[0].rotation == 90


def test_two_processes_see_what_one_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(stack(36, Settings(dpi=100, duplex=True), invoices=3).pdf)
    alone = Paper(ScanSettings()).look(source, sheets=True)
    monkeypatch.setattr(module, "SMALL", 0)
    for processes in (2, 3):
        together = Paper(ScanSettings(processus=processes)).look(source, sheets=True)
        assert [replace(seen, blank=None) for seen in together] == [replace(seen, blank=None) for seen in alone]
        assert cut(together, PaperRules()) == cut(alone, PaperRules())
