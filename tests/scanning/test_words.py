"""What a PDF carries besides its images: its text within limits, its structured invoice, and traps."""

import resource
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from dematfin.domain.paper.layout import LARGEST
from dematfin.domain.paper.proposals import Source, propose
from dematfin.errors import PaperRefused, TooLarge
from dematfin.scanning import facturx, words
from domain.layouts import KNOWN, LAYOUTS, Layout
from scanning.pages import bomb, printed, scanned, with_attachment
from scanning.structured import cii


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_text_of_a_pdf_says_what_was_printed(layout: Layout, tmp_path: Path) -> None:
    pages = words.text_layer(printed(tmp_path / "facture.pdf", layout.text), 5)
    assert words.has_words(pages)
    assert {one.field: one.value for one in propose(pages, Source.TEXT, KNOWN)} == layout.says


def test_only_the_first_pages_are_read(tmp_path: Path) -> None:
    pdf = printed(tmp_path / "trois.pdf", "page une", "page deux", "page trois")
    assert words.text_layer(pdf, 2) == ("page une", "page deux")
    assert len(words.text_layer(pdf, 9)) == 3


def test_an_endless_text_is_cut(tmp_path: Path) -> None:
    page = "\n".join("mot " * 200 for _ in range(60))
    pages = words.text_layer(printed(tmp_path / "long.pdf", *[page] * 6), 6)
    assert sum(map(len, pages)) == LARGEST
    assert pages[-1] == ""


@pytest.mark.parametrize("stamp", ["", "Reçu le 12/11/2026", "Scan 0001 - MAIRIE - p. 1/3"])
def test_a_scan_has_no_words_worth_reading(stamp: str, tmp_path: Path) -> None:
    assert not words.has_words(words.text_layer(printed(tmp_path / "tampon.pdf", stamp), 1))


def test_a_picture_has_no_words(tmp_path: Path) -> None:
    picture = scanned(printed(tmp_path / "facture.pdf", LAYOUTS[0].text), tmp_path / "scan.pdf")
    assert not words.has_words(words.text_layer(picture, 1))


@pytest.mark.parametrize("name", sorted(facturx.names))
@pytest.mark.parametrize("associated", [False, True])
def test_the_structured_invoice_is_found(name: str, *, associated: bool, tmp_path: Path) -> None:
    pdf = with_attachment(tmp_path / "facture.pdf", name, cii(), associated=associated)
    assert words.embedded(pdf) == cii()


@pytest.mark.parametrize(
    "name",
    ["../factur-x.xml", "/etc/factur-x.xml", "factur-x.xml\0.pdf", "FACTUR-X.XML ", "é" * 300, "", "conditions.xml"],
)
def test_a_name_is_compared_and_never_opened(name: str, tmp_path: Path) -> None:
    assert words.embedded(with_attachment(tmp_path / "piege.pdf", name, cii())) is None


def test_a_pdf_without_attachment_has_none(tmp_path: Path) -> None:
    assert words.embedded(printed(tmp_path / "facture.pdf", "rien")) is None


def test_a_bomb_is_not_inflated(tmp_path: Path) -> None:
    pdf = bomb(tmp_path / "bombe.pdf", "factur-x.xml", megabytes=600)
    assert pdf.stat().st_size < 1_000_000
    script = (
        "import resource, sys; from pathlib import Path; from dematfin.scanning import words\n"
        "from dematfin.errors import TooLarge\n"
        "resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000))\n"
        "try: words.embedded(Path(sys.argv[1]))\n"
        "except TooLarge: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(pdf)], capture_output=True, text=True, check=False)
    assert done.stdout == "refused\n", done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 400_000_000


def test_a_large_attachment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="5 Mo"):
        words.embedded(with_attachment(tmp_path / "lourd.pdf", "factur-x.xml", b" " * (facturx.LARGEST + 1)))


def test_a_chain_of_filters_is_refused(tmp_path: Path) -> None:
    path = with_attachment(tmp_path / "chaine.pdf", "factur-x.xml", b"x")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        stream = pdf.Root.Names.EmbeddedFiles.Names[1].EF.F
        stream.write(b"78>", filter=Array([Name.ASCIIHexDecode, Name.FlateDecode]))
        pdf.save(path, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pytest.raises(PaperRefused):
        words.embedded(path)


@pytest.mark.parametrize(
    "names",
    [
        Dictionary(EmbeddedFiles=Dictionary(Names=Array([]))),
        Dictionary(EmbeddedFiles=Array([])),
        Dictionary(EmbeddedFiles=Dictionary(Names=Array([pikepdf.String("factur-x.xml"), 7]))),
        Dictionary(
            EmbeddedFiles=Dictionary(Names=Array([pikepdf.String("factur-x.xml"), Dictionary(UF="factur-x.xml")]))
        ),
        Array([1, 2]),
        7,
    ],
)
def test_a_broken_list_of_attachments_holds_none(names: pikepdf.Object, tmp_path: Path) -> None:
    path = tmp_path / "abime.pdf"
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.Names = names
    pdf.save(path)
    assert words.embedded(path) is None


def test_a_tree_of_names_that_goes_round_ends(tmp_path: Path) -> None:
    path = tmp_path / "boucle.pdf"
    pdf = pikepdf.new()
    pdf.add_blank_page()
    node = pdf.make_indirect(Dictionary())
    node.Kids = Array([node])
    pdf.Root.Names = Dictionary(EmbeddedFiles=node)
    pdf.save(path)
    try:
        assert words.embedded(path) is None
    except PaperRefused as error:
        assert error.code == "damaged"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"MZ\x90\0", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"])
def test_what_is_no_pdf_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "faux.pdf"
    path.write_bytes(data)
    with pytest.raises(PaperRefused):
        words.text_layer(path, 5)
    with pytest.raises(PaperRefused):
        words.embedded(path)


def test_a_password_is_told(tmp_path: Path) -> None:
    path = printed(tmp_path / "facture.pdf", LAYOUTS[0].text)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="TEST", user="TEST"))
    with pytest.raises(PaperRefused):
        words.text_layer(path, 5)
    with pytest.raises(PaperRefused):
        words.embedded(path)
