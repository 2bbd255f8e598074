"""What a PDF would do besides being read is told; a structured invoice is expected."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from dematfin.errors import PaperRefused
from dematfin.scanning.facturx import names
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from scanning.hostile import locked
from scanning.pages import printed, with_attachment


def code() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def made(target: Path, change: Any) -> Path:
    """Make a PDF of one page, changed."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        change(pdf)
        pdf.save(target)
    return target


def opening(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = code()


def button(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.Launch, F="cmd.exe")
    pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, A=action)])


def named(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["un", pdf.make_indirect(code())])))


def leaving(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].AA = Dictionary(C=Dictionary(S=Name.SubmitForm, F="https://exemple.test"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (opening, ("du code (JavaScript)",)),
        (named, ("du code (JavaScript)",)),
        (button, ("l'ouverture d'un programme",)),
        (leaving, ("l'envoi d'un formulaire",)),
    ],
)
def test_what_acts_is_told_wherever_it_hides(tmp_path: Path, change: Any, words: tuple[str, ...]) -> None:
    assert Paper(ScanSettings()).lively(made(tmp_path / "a.pdf", change)) == words


def test_files_are_told_and_a_structured_invoice_is_expected(tmp_path: Path) -> None:
    page = printed(tmp_path / "page.pdf", "Facture")
    paper = Paper(ScanSettings())
    assert paper.lively(page) == ()
    (usual,) = [name for name in names if name == "factur-x.xml"]
    assert paper.lively(with_attachment(tmp_path / "b.pdf", usual, b"<x/>", on=page)) == ()
    assert paper.lively(with_attachment(tmp_path / "c.pdf", "virus.exe", b"MZ", on=page)) == ("des fichiers joints",)


def test_what_cannot_be_read_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "ferme.pdf"
    path.write_bytes(locked())
    with pytest.raises(PaperRefused):
        Paper(ScanSettings()).lively(path)
