"""What a pivot says is what we keep; what it does not say clearly is never guessed."""

import tempfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from chorus.pivots import PDF, archive, encoded, piece, pivot, unit, wrapped
from dematfin.chorus.pivot import read_all, read_one
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.errors import DocumentError, InvalidInvoice, NotAPdf, TooLarge, UnreadableXml, UnsafeArchive
from dematfin.ports.invoice_source import Reading
from official import OFFICIAL, needs_official

KEY = "9100123"
FOLDER = tempfile.TemporaryDirectory()


def read(*units: str) -> Reading:
    return read_bytes(pivot(*units))


def read_bytes(data: bytes) -> Reading:
    """Read a pivot in a folder that lasts as long as the tests."""
    folder = Path(tempfile.mkdtemp(dir=FOLDER.name))
    (folder / "pivot").write_bytes(data)
    return read_one(folder / "pivot", KEY, folder)


def contents(reading: Reading) -> list[bytes]:
    return [file.path.read_bytes() for file in reading.files]


def test_each_thing_is_found_in_its_place() -> None:
    content = read().content
    assert (content.number, content.kind, content.frame) == ("F2026-0412", InvoiceKind.INVOICE, "A1")
    assert (content.supplier.identifier, content.supplier.iban) == ("91098765000017", "FR7619999000170009876543276")
    assert (content.siret, content.service_code, content.engagement) == ("21990042000015", "SCOLAIRE", "BC26-00077")
    assert (content.issued_on, content.delivered_on, content.received_on) == (
        date(2026, 3, 10),
        date(2026, 3, 9),
        date(2026, 3, 11),
    )
    assert (content.amounts.ht, content.amounts.ttc, content.amounts.tva) == (Decimal(100), Decimal(120), Decimal(20))


def _negated(xml: str) -> str:
    for amount in (">100.00<", ">120.00<", ">20.00<"):
        xml = xml.replace(amount, f">-{amount[1:]}")
    return xml


@pytest.mark.parametrize("write", [str, _negated], ids=["positive", "negative"])
def test_a_credit_note_means_the_same_with_either_sign(write: Callable[[str], str]) -> None:
    content = read(write(unit()).replace("<Type>380<", "<Type>381<")).content
    assert content.kind is InvoiceKind.CREDIT_NOTE
    assert (content.amounts.ht, content.amounts.ttc, content.amounts.tva) == (Decimal(100), Decimal(120), Decimal(20))


def test_a_discount_keeps_its_sign_among_vat_lines() -> None:
    discount = "<TVA><Taux>20</Taux><BaseHt>-10.00</BaseHt><MontantTVA>-2.00</MontantTVA></TVA></TVAs>"
    amounts = read(unit().replace("</TVAs>", discount)).content.amounts
    assert [line.amount for line in amounts.vat] == [Decimal(20), Decimal(-2)]
    assert amounts.tva == Decimal(18)


def test_a_negative_invoice_is_never_turned_into_a_payment() -> None:
    with pytest.raises(InvalidInvoice, match=r"F2026-0412.*négatif.*avoir"):
        read(_negated(unit()))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("<Type>380</Type>", "Type"),
        ("<Cadre>A1</Cadre>", "Cadre"),
        ("<Devise>EUR</Devise>", "Devise"),
        ("<MontantTTC>120.00</MontantTTC>", "MontantTTC"),
        ("<DateReception>2026-03-11</DateReception>", "DateReception"),
        ("<RaisonSociale>PAPETERIE DU LAC</RaisonSociale>", "RaisonSociale"),
        ("<Identifiant>21990042000015</Identifiant>", "Debiteur"),
    ],
)
def test_what_is_missing_is_named(field: str, words: str) -> None:
    assert field in unit()
    with pytest.raises(InvalidInvoice, match=f"F2026-0412.*{words}"):
        read(unit().replace(field, ""))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Type>380<", "<Type>326<"),
        (">120.00</MontantTTC>", ">cent vingt</MontantTTC>"),
        (">120.00</MontantTTC>", ">NaN</MontantTTC>"),
        (">120.00</MontantTTC>", ">1E999</MontantTTC>"),
        (">2026-03-11</DateReception>", ">11/03/2026</DateReception>"),
        (">20</Taux>", "></Taux>"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_number(old: str, new: str) -> None:
    assert old in unit()
    with pytest.raises(InvalidInvoice, match="F2026-0412"):
        read(unit().replace(old, new))


def test_six_decimals_are_kept() -> None:
    content = read(unit().replace(">120.00<", ">119.681450<")).content
    assert content.amounts.ttc == Decimal("119.681450")


def test_an_old_bank_account_is_not_an_iban() -> None:
    assert read(unit().replace('Type="IBAN"', 'Type="RIB"')).content.supplier.iban == ""


def test_ours_is_found_among_several() -> None:
    other = unit(key="<IdCPRO>5</IdCPRO>").replace("F2026-0412", "AUTRE")
    assert read(other, unit()).content.number == "F2026-0412"
    assert read(unit(), other).content.number == "F2026-0412"


def test_another_s_invoice_is_never_taken_for_ours() -> None:
    with pytest.raises(InvalidInvoice, match=KEY):
        read(unit(key="<IdCPRO>5</IdCPRO>"))
    with pytest.raises(InvalidInvoice, match=KEY):
        read(unit(key=""), unit(key=""))
    assert read(unit(key="")).content.number == "F2026-0412"  # before V2, no id in the file


def test_files_come_out_as_they_went_in() -> None:
    reading = read(unit(piece(wrapped(PDF)), piece(wrapped(b"\x00\x01", "plan.dwg"), "plan.dwg", "02", "image/x")))
    assert [(file.name, file.main, file.path.read_bytes()) for file in reading.files] == [
        ("facture.pdf", True, PDF),
        ("plan.dwg", False, b"\x00\x01"),
    ]


@pytest.mark.parametrize("raw", [PDF, b"\xef\xbb\xbf\n" + PDF], ids=["plain", "after a few bytes"])
def test_a_file_without_wrapping_is_kept(raw: bytes) -> None:
    assert read(unit(piece(encoded(raw)))).files[0].path.read_bytes() == raw


def test_names_are_numbered_and_never_meet() -> None:
    names = ["a.pdf", "a.pdf", "a-2.pdf", "A.pdf", "../a.pdf", "", "\x1b[31m".replace("\x1b", "")]
    reading = read(unit(*(piece(wrapped(PDF), name) for name in names)))
    found = [file.name for file in reading.files]
    assert len({name.lower() for name in found}) == len(names)
    assert not any("/" in name or not name for name in found)


def test_one_level_of_archive_is_taken_off() -> None:
    inner = archive({"a.txt": b"a", "b.txt": b"b"})
    office = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    reading = read(
        unit(
            piece(wrapped(PDF)),
            piece(wrapped(inner, "pieces.zip"), "pieces.zip", "02", "application/zip"),
            piece(encoded(inner), "nues.zip", "02", "application/zip"),
            piece(wrapped(office, "devis.docx"), "devis.docx", "02", "application/msword"),
            piece(encoded(office), "nu.docx", "02", "application/msword"),
        )
    )
    assert contents(reading)[1:] == [inner, inner, office, office]


def crowded() -> bytes:
    """Return an archive of a few megabytes that would take hundreds in memory, at the size that Chorus Pro lets in."""
    whole = archive({"a": b""})
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    listed = whole[start:end] * 30_000
    return whole[:start] + listed + whole[end : end + 12] + len(listed).to_bytes(4, "little") + whole[end + 16 :]


def test_an_archive_of_too_many_files_is_kept_unopened() -> None:
    crowd = crowded()
    reading = read(unit(piece(wrapped(PDF)), piece(encoded(crowd), "plans.zip", "02", "application/zip")))
    assert contents(reading)[1] == crowd


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (wrapped(b"MZ\x90 un programme"), NotAPdf),
        (encoded(b"pas un pdf"), NotAPdf),
        (encoded(archive({"a.pdf": PDF, "b.pdf": PDF})), UnsafeArchive),
        (encoded(archive({"facture.pdf": PDF})[:60]), UnsafeArchive),
        (wrapped(b"%PDF-" + b"0" * 30_000_000), TooLarge),
        (encoded(crowded()), TooLarge),
        ("pas@du@base64", InvalidInvoice),
        ("", InvalidInvoice),
    ],
    ids=["program", "text", "two files", "broken zip", "bomb", "crowd", "not base64", "empty"],
)
def test_a_bad_file_is_named_with_its_invoice(content: str, kind: type[DocumentError]) -> None:
    with pytest.raises(kind, match=r"F2026-0412.*facture\.pdf"):
        read(unit(piece(content)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.4",
        pivot()[:200],
        b'<!DOCTYPE a [<!ENTITY b "c">]><CPPFacturePivot>&b;</CPPFacturePivot>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><CPPFacturePivot/>',
    ],
    ids=["nothing", "pdf", "cut", "entity", "external"],
)
def test_what_is_not_xml_is_said_with_the_id(data: bytes) -> None:
    with pytest.raises(UnreadableXml, match=KEY):
        read_bytes(data)


def test_another_format_is_no_pivot() -> None:
    with pytest.raises(InvalidInvoice, match="Invoice"):
        read_bytes(b"<Invoice/>")


def test_a_large_text_node_is_read() -> None:
    large = b"%PDF-1.4\n" + bytes(range(256)) * 60_000
    assert read(unit(piece(encoded(large)))).files[0].path.read_bytes() == large


@given(st.data())
def test_no_damage_brings_more_than_an_error_of_ours(data: st.DataObject) -> None:
    good = pivot()
    start = data.draw(st.integers(0, len(good)))
    length = data.draw(st.integers(0, 30))
    damaged = good[:start] + data.draw(st.binary(max_size=10)) + good[start + length :]
    try:
        reading = read_bytes(damaged)
    except DocumentError as error:
        assert str(error)
    else:
        assert reading.content.amounts.ttc >= 0


@needs_official
@pytest.mark.parametrize("name", ["pastell_CPPFichierFormatPivot", "pastell_facture_1221", "pastell_facture_1222"])
def test_public_samples_are_read_whole(name: str, tmp_path: Path) -> None:
    data = (OFFICIAL / "samples" / "cpp" / f"{name}.xml").read_bytes()
    units = etree.fromstring(data, etree.XMLParser(huge_tree=True)).findall(".//CPPFacturePivotUnitaire")
    path = tmp_path / "pivot"
    path.write_bytes(data)
    readings = read_all(path, tmp_path)
    assert len(readings) == len(units) > 0
    for reading, one in zip(readings, units, strict=True):
        assert reading.content.amounts.ttc == Decimal(one.findtext("DonneesFacture/Montants/MontantTTC"))
        assert len(reading.files) == len(one.findall("PJ")) > 0
        assert all(file.path.read_bytes().startswith(b"%PDF-") for file in reading.files if file.name.endswith(".pdf"))


@needs_official
def test_our_examples_are_valid_against_the_official_schema() -> None:
    """Else these tests would prove nothing."""
    schema = etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "cpp" / "CPPFacturePivot_V2_02.xsd"))
    schema.assertValid(etree.fromstring(pivot(unit(piece(wrapped(PDF)), piece(encoded(PDF), "b.pdf", "02")))))
