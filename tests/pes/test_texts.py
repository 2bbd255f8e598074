"""Texts, names and numbers: valid Latin-1 that the schema accepts, or a refusal that names whom it is about."""

import base64
import gzip
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from dematfin.domain.invoice.long_number import LongNumbers
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.tiers import Address
from dematfin.errors import FlowRejected
from dematfin.pes.invoice_numbers import key_of, short_numbers
from dematfin.pes.names import file_name, file_names
from dematfin.pes.pieces_jointes import encoded
from dematfin.pes.text import fit, lost
from dematfin.pes.wording import Wording
from dematfin.support.resources import folder
from examples import tiers
from pes.plans import mandat, piece, plan, write

TEXTS = st.text(max_size=200)
XS = "http://www.w3.org/2001/XMLSchema"
SCHEMA = etree.XMLSchema(
    etree.fromstring(
        f"""<xs:schema xmlns:xs="{XS}"><xs:include schemaLocation="valeurs.xsd"/>
        <xs:element name="t" type="texte38"/><xs:element name="n" type="nompj"/><xs:element name="f" type="texte20"/>
        </xs:schema>""",
        base_url=f"{folder('xsd')}/",
    )
)


def accepted(tag: str, text: str) -> bool:
    text.encode("iso-8859-1")
    return bool(SCHEMA.validate(etree.Element(tag, V=text)))


@given(TEXTS)
@example("nc")
@example("000")
@example(" . ")
@example("e\u0301 \u00ad\u0085")
@example("\ud800x")
def test_any_text_is_written_or_left_out(text: str) -> None:
    written = fit(text, 38)
    assert written == "" or accepted("t", written)
    assert fit(written, 38) == written


@given(TEXTS)
@example("Garage 株")
def test_a_name_is_never_written_in_part(text: str) -> None:
    one = mandat(1, pieces=())
    try:
        written = Wording(one).required("son nom", text, 38)
    except FlowRejected as refusal:
        assert lost(text) or not fit(text, 38)
        assert "M2026-000001" in str(refusal)
    else:
        assert all(fit(sign, 9) for sign in unicodedata.normalize("NFC", text) if sign.isalnum())
        assert accepted("t", written)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Иванов и сыновья"}, "son nom"),
        ({"name": "Garage 株式会社"}, "son nom"),
        ({"address": Address(line2="ул. Ленина, 1", postcode="99000", town="X")}, "son adresse"),
        ({"address": Address(line2="1 rue", postcode="99000", town="🏔")}, "sa ville"),
        ({"complement": "株式"}, "son complément de nom"),
        ({"category": "01", "civility": "M.", "first_name": ""}, "son prénom"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(tmp_path: Path, changes: dict[str, object], field: str) -> None:
    one = plan(mandat(1, pieces=(piece(1).id,), tiers=tiers(**changes)), pieces=(piece(1),))
    with pytest.raises(FlowRejected) as refusal:
        write(one, {}, tmp_path / "flux.xml")
    assert all(word in str(refusal.value) for word in ("M2026-000001", "F00231", field, "Corrigez", "importer"))


def test_names_of_europe_are_written_without_their_odd_signs() -> None:
    assert fit("Łukasz Dvořák & Œuvres d’Été – 12 € ﬁn №3", 100) == "Lukasz Dvorák & OEuvres d'Été - 12 EUR fin n°3"


@given(TEXTS)
@example("発票.pdf")
@example(".pdf")
@example("a." + "b" * 200)
@example("../../etc/passwd")
def test_any_file_name_is_a_nompj(text: str) -> None:
    written = file_name(text)
    assert written.isascii()
    assert not set(written) & set('/\\:*?"<>|')
    assert accepted("n", written)


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_no_two_documents_of_a_mandat_have_the_same_name(names: list[str]) -> None:
    pieces = [piece(number, name=name) for number, name in enumerate(names, start=1)]
    given_names = file_names(pieces, [mandat(1, pieces=tuple(one.id for one in pieces))])
    assert len({name.lower() for name in given_names.values()}) == len(names)
    assert all(accepted("n", name) for name in given_names.values())


NUMBERS = st.text("AB-/ 01", min_size=1, max_size=26) | st.text("0", max_size=40).map(lambda end: f"F{end}1")


@given(st.lists(NUMBERS.filter(str.strip), min_size=1, max_size=8, unique_by=lambda one: fit(one, 100)), st.data())
def test_two_invoices_of_a_supplier_never_have_the_same_number(numbers: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.sampled_from(LongNumbers))
    mandats = [mandat(rank, pieces=(), reference=one) for rank, one in enumerate(numbers, start=1)]
    short, _ = short_numbers(mandats, kept)
    told = [short[key_of(one)] for one in mandats]
    assert len(set(told)) == len(numbers)
    assert all(accepted("f", one) for one in told)
    assert short == short_numbers(data.draw(st.permutations(mandats)), kept)[0]
    assert all(short[key_of(one)] == fit(one.reference, 20) for one in mandats if len(one.reference) <= 20)


def numbered(*references: str) -> list[Mandat]:
    return [mandat(rank, pieces=(), reference=one) for rank, one in enumerate(references, start=1)]


@pytest.mark.parametrize(
    ("kept", "number"),
    [
        (LongNumbers.END, "EU-2026/03 0000012-B"),
        (LongNumbers.BEGINNING, "FACTURE-BLEU-2026/03"),
        (LongNumbers.NO_SEPARATORS, "REBLEU2026030000012B"),
    ],
)
def test_what_is_kept_of_a_long_number_is_a_setting(kept: LongNumbers, number: str) -> None:
    whole = "FACTURE-BLEU-2026/03 0000012-B"
    short, remarks = short_numbers(numbered(whole), kept)
    assert list(short.values()) == [number]
    assert remarks == ()


def test_numbers_that_would_be_alike_are_told_apart_and_told() -> None:
    short, remarks = short_numbers(numbered("A-20260000000000000123", "B-20260000000000000123"), LongNumbers.END)
    assert sorted(short.values()) == ["20260000000000000123", "260000000000000123/2"]
    (remark,) = remarks
    assert "B-20260000000000000123" in remark
    assert "M2026-000002" in remark


@given(st.binary(max_size=3_000_000))
def test_a_document_comes_out_as_it_went_in(data: bytes) -> None:
    one = piece(1, data)
    text = b"".join(encoded(io.BytesIO(data), one)).decode("ascii")
    assert gzip.decompress(base64.b64decode(text, validate=True)) == data


def test_a_document_that_is_not_what_it_was_stops_its_flow(tmp_path: Path) -> None:
    one = plan(mandat(1, pieces=(piece(1).id,)), pieces=(piece(1),))
    with pytest.raises(FlowRejected, match=r"facture\.pdf de la facture F2026-000001"):
        write(one, {piece(1).document.sha256: b"autre"}, tmp_path / "flux.xml")
