"""Completing an editor's flow, however it is written: what is added is there, nothing else has moved."""

import tracemalloc
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dematfin.domain.editor.completion import Completion
from dematfin.pes import light
from dematfin.pes.changes import changes
from pes.editors import (
    Added,
    One,
    Shape,
    added,
    documents,
    key,
    keys_of,
    named,
    pieces_of,
    references,
    shapes,
    tree,
    written,
)
from pes.plans import PDF, piece, stored


def completed(tmp_path: Path, shape: Shape, one: Added) -> Path:
    flow, target = written(tmp_path, shape.text()), tmp_path / "complet.xml"
    one.complete(flow, target)
    assert changes(flow, target, one.completion) == ()
    return target


@settings(max_examples=150, deadline=None)
@given(shape=shapes(), wanted=st.booleans(), nomfic=st.sampled_from(["", "NOUVEAU-1"]), left_out=st.integers(0, 3))
def test_any_manner_of_writing_is_kept(shape: Shape, *, wanted: bool, nomfic: str, left_out: int) -> None:
    keys = keys_of(shape)
    some = [where for number, where in enumerate(keys, 1) if not left_out or number % left_out]
    one = added(*some, nomfic=nomfic, dematerialised=wanted)
    with TemporaryDirectory() as folder:
        before, after = tree(written(Path(folder), shape.text())), tree(completed(Path(folder), shape, one))
    ids = {where: [piece.id for piece in pieces] for where, pieces in one.completion.references.items()}
    asked = [[*theirs, *ids.get(where, [])] for where, theirs in zip(keys, references(before), strict=True)]
    assert references(after) == asked
    for info in named(after, "PES_DepenseAller", "Bordereau", "Piece", "BlocPiece", "InfoPce"):
        tags = [etree.QName(child).localname for child in info if isinstance(child.tag, str)]
        assert tags == sorted(tags, key=["IdPce", "TypPce", "NatPce", "Obj", "PJRef", "PJ", "CarteAchatNiveau1"].index)
    kept = {key: PDF + str(number).encode() for number, key in enumerate(ids[where][0] for where in some)}
    assert documents(after) == {**documents(before), **kept}
    header = named(after, "PES_DepenseAller", "EnTeteDepense", "InfoDematerialisee")
    assert (bool(header) and header[0].get("V") in {"1", "true"}) is wanted
    assert named(after, "Enveloppe", "Parametres", "NomFic")[0].get("V") == (nomfic or "FLUX-1")
    sheets = [sheet.get("Id") for sheet in named(after, "PES_DepenseAller", "Bordereau")]
    assert len(set(sheets)) == len(sheets) if wanted or shape.named else set(sheets) == {None}


def test_without_anything_to_add_nothing_changes(tmp_path: Path) -> None:
    shape = Shape(flag="1", named=True, holder="full")
    nothing = Added(Completion(dematerialised=True))
    assert completed(tmp_path, shape, nothing).read_bytes() == shape.text().encode("iso-8859-1")


def test_what_is_added_is_a_few_bytes_put_in(tmp_path: Path) -> None:
    shape = Shape(quote="'", named=True, sheets=(("01", 2026, 42, (One(follower="PJ"),)),))
    text = completed(tmp_path, shape, added(key(), nomfic="N'1")).read_bytes().decode("iso-8859-1")
    assert "<NomFic V='N&apos;1'/>" in text
    assert "<InfoDematerialisee V='1'/>" in text
    (one,) = pieces_of(added(key()))
    reference = f'<PJRef><Support V="01"/><IdUnique V="{one.id}"/><NomPJ V="Facture d&apos;ete n 0 -A&amp;B.pdf"/>'
    assert f"<Obj V='Facture'/>\n{reference}<TypePJ V=\"003\"/></PJRef><PJ V='0'/>" in text
    assert text.endswith('<Description V="Facture"/></PJ></PES_PJ></n:PES_Aller>\n')


def test_an_id_is_given_to_each_bordereau_and_no_two_are_alike(tmp_path: Path) -> None:
    sheets = tuple(("01", 2026, 42, (One(number),)) for number in (1, 2))
    shape = Shape(sheets=sheets, namespaces=f'{Shape().namespaces} xml:id="B2026T01N0042"')
    after = tree(completed(tmp_path, shape, added()))
    assert [one.get("Id") for one in named(after, "PES_DepenseAller", "Bordereau")] == [
        "B2026T01N0042_2",
        "B2026T01N0042_3",
    ]


def test_a_child_that_left_the_family_of_the_root_has_sisters_that_do(tmp_path: Path) -> None:
    """`xmlns` on the root, and `xmlns=""` on each of its children: valid, and written by some tools."""
    text = Shape(namespaces='xmlns:n="urn:n" xmlns="urn:n"').text()
    text = text.replace("<Enveloppe>", '<Enveloppe xmlns="">').replace("<PES_Dep", '<PES_Dep xmlns=""', 1)
    text = text.replace('<PES_Dep xmlns=""enseAller>', '<PES_DepenseAller xmlns="">')
    flow, target, one = written(tmp_path, text), tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    assert changes(flow, target, one.completion) == ()
    assert tree(target).find("PES_PJ/PJ/IdUnique").get("V") == pieces_of(one)[0].id


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
def test_reads_may_be_cut_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    shape, one = Shape(holder="full", sheets=(("01", 2026, 42, (One(1), One(2))),)), added(key(1), key(2))
    whole = completed(tmp_path, shape, one).read_bytes()
    monkeypatch.setattr(light, "CHUNK", chunk)
    assert completed(tmp_path, shape, one).read_bytes() == whole


def test_a_referred_document_that_helios_has_is_not_carried(tmp_path: Path) -> None:
    one = added(key())
    known = replace(one, completion=replace(one.completion, carried=()))
    after = tree(completed(tmp_path, Shape(), known))
    assert references(after) == [[pieces_of(one)[0].id]]
    assert named(after, "PES_PJ") == []


def test_two_documents_of_a_mandat_have_two_names(tmp_path: Path) -> None:
    pieces = (piece(901), piece(902, PDF + b"2"))
    completion = Completion(dematerialised=True, references={key(): pieces}, carried=pieces)
    after = tree(completed(tmp_path, Shape(), Added(completion, stored(PDF, PDF + b"2"))))
    info = named(after, "PES_DepenseAller", "Bordereau", "Piece", "BlocPiece", "InfoPce")[0]
    assert [one.get("V") for one in named(info, "PJRef", "NomPJ")] == ["facture.pdf", "facture-2.pdf"]


def test_revenue_is_left_alone_but_for_what_its_signature_needs(tmp_path: Path) -> None:
    revenue = (
        '<PES_RecetteAller><EnTeteRecette><IdVer V="2"/></EnTeteRecette><Bordereau><BlocBordereau><Exer V="2026"/>'
        '<IdBord V="42"/><TypBord V="01"/></BlocBordereau><Piece><BlocPiece><InfoPce><IdPce V="1"/></InfoPce>'
        "</BlocPiece></Piece></Bordereau></PES_RecetteAller>"
    )
    flow = written(tmp_path, Shape(named=True).text().replace("</n:PES_Aller>", f"{revenue}</n:PES_Aller>"))
    target, one = tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    assert changes(flow, target, one.completion) == ()
    named_now = revenue.replace("<Bordereau>", '<Bordereau Id="B2026T01N42">')
    assert f"{named_now}<PES_PJ>".encode() in target.read_bytes()


def test_memory_does_not_follow_the_weight(tmp_path: Path) -> None:
    text = Shape(holder="full").text()
    weight = 12 * 1024 * 1024
    flow = written(tmp_path, text.replace("</Fichier>", f"{'A' * weight}</Fichier>"))
    one = added(key())
    tracemalloc.start()
    one.complete(flow, tmp_path / "complet.xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < weight / 2
