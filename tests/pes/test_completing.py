"""Completing an editor's flow, however it is written: what is added is there, nothing else has moved."""

import re
import tracemalloc
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dematfin.domain.editor.completion import Completion
from dematfin.errors import DocumentError, FlowRejected, InvalidPes
from dematfin.pes import light
from dematfin.pes.changes import changes
from dematfin.pes.survey import survey
from dematfin.pes.validate import OFFICIAL as NAMES
from official import OFFICIAL, needs_official
from pes.editors import (
    LATIN,
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

SAMPLES = OFFICIAL / "samples" / "pes"
FLOWS = (
    "minimal_own.xml",
    "parapheur_PESALR1_unsigned.xml",
    "pastell_HELIOS_SIMU_ALR2_1496987735_826268894.xml",
    "pastell_HELIOS_SIMU_ALR2_1514362287_770650402.xml",
    "pastell_HELIOS_SIMU_ALR2_LibelleColBud_avec_accent.xml",
    "pastell_creation_document_pes.xml",
    "pastell_doc_PES_ex.xml",
    "sesile_helios.xml",
)
SIGNED = "stela_test-perime-04-04-2016.xml"


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


@pytest.mark.parametrize(
    ("prolog", "encoding"),
    [
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "utf-8"),
        ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n', "utf-8-sig"),
        ("", "utf-8"),
        ("\n", "utf-8"),
        ("\ufeff", "utf-8"),
        (f"\ufeff{LATIN}", "utf-8"),
        ('<?xml version="1.0"?>', "utf-8"),
        ('<?xml version="1.0" encoding="ISO-8859-15"?>\n', "iso-8859-15"),
        ("<?xml version='1.0' encoding='windows-1252'?>\n", "cp1252"),
        (f'<?xml version="1.0" {" " * 40} encoding="ISO-8859-1"?>\n', "iso-8859-1"),
    ],
)
def test_another_encoding_becomes_the_one_that_a_tdt_wants(tmp_path: Path, prolog: str, encoding: str) -> None:
    shape = Shape(prolog=prolog, holder="full", sheets=(("01", 2026, 42, (One(label="Été à l'école, ½ ¤"),)),))
    if encoding == "iso-8859-15":
        shape = replace(shape, sheets=(("01", 2026, 42, (One(label="Été à l'école"),)),))
    flow, target = written(tmp_path, shape.text(), encoding), tmp_path / "complet.xml"
    one = added(key())
    accented = replace(pieces_of(one)[0], description="Écrit à ½")
    one = replace(one, completion=replace(one.completion, carried=(accented,)))
    one.complete(flow, target)
    assert changes(flow, target, one.completion) == ()
    assert b"ISO-8859-1" in target.read_bytes()[:50]
    assert not target.read_bytes().startswith(b"\xef\xbb\xbf")
    before, after = tree(flow), tree(target)
    path = "PES_DepenseAller/Bordereau/Piece/BlocPiece/InfoPce/Obj"
    assert after.find(path).get("V") == before.find(path).get("V")
    assert after.findall("PES_PJ/PJ/Description")[-1].get("V") == "Écrit à ½"
    standalone = [bool(one.getroottree().docinfo.standalone) for one in (before, after)]
    assert standalone[0] == standalone[1]


@pytest.mark.parametrize(
    ("prolog", "encoding"),
    [("", "utf-8"), ("", "utf-8-sig"), ('<?xml version="1.0" encoding="windows-1252"?>', "cp1252")],
)
@pytest.mark.parametrize("at", [1, 2])
def test_a_sign_that_latin_1_lacks_is_named_with_its_mandat(
    tmp_path: Path, prolog: str, encoding: str, at: int
) -> None:
    mandats = tuple(One(number, label="été 12 €" if number == at else "é") for number in (1, 2))
    flow = written(tmp_path, Shape(prolog=prolog, sheets=(("01", 2026, 42, mandats),)).text(), encoding)
    with pytest.raises(InvalidPes, match=rf"« € » \(U\+20AC\) du mandat {at} n'existe.*réexportez en ISO-8859-1"):
        added(key()).complete(flow, tmp_path / "complet.xml")
    assert list(tmp_path.iterdir()) == [flow]


def test_a_sign_that_is_in_no_mandat_is_told_so(tmp_path: Path) -> None:
    text = Shape(prolog="", holder="full").text().replace('Description V="a"', 'Description V="€"')
    with pytest.raises(InvalidPes, match=r"« € » .* hors des mandats"):
        added(key()).complete(written(tmp_path, text, "utf-8"), tmp_path / "complet.xml")


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


def test_a_file_that_is_not_in_the_encoding_that_it_tells_is_refused(tmp_path: Path) -> None:
    shape = Shape(prolog='<?xml version="1.0" encoding="UTF-8"?>', remark="<!-- é -->")
    with pytest.raises(InvalidPes, match="Exportez-le de nouveau"):
        added(key()).complete(written(tmp_path, shape.text()), tmp_path / "complet.xml")


TWICE = Shape(sheets=(("01", 2026, 42, (One(), One())),))
USED = pieces_of(added(key()))[0].id
REFUSED = {
    "no such mandat": (Shape(), added(key(2)), "mandat 2 du bordereau 42 de 2026 est introuvable"),
    "another kind": (Shape(), added(key(kind="02")), "introuvable"),
    "twice": (TWICE, added(key()), "mandat 1 du bordereau 42 de 2026 y est donné plusieurs fois"),
    "referred already": (
        Shape(sheets=(("01", 2026, 42, (One(references=(USED,)),)),)),
        added(key()),
        f"se réfère déjà à la pièce {USED}",
    ),
    "referred elsewhere": (
        Shape(sheets=(("01", 2026, 42, (One(1), One(2, references=(USED,)))),)),
        added(key()),
        f"l'identifiant {USED} y désigne déjà une autre pièce",
    ),
    "no NomFic": (Shape(), added(nomfic="N"), "NomFic manque"),
    "no header": (Shape(), added(), "EnTeteDepense manque"),
    "an empty header": (Shape(), added(), "EnTeteDepense est vide"),
    "two PES_PJ": (Shape(holder="full"), added(key()), "PES_PJ"),
    "carried already": (Shape(holder="full"), added(key()), "désigne déjà une autre pièce"),
}
HEADER = Shape().tag("EnTeteDepense", Shape().values(IdVer="2", InfoDematerialisee="0")).strip()
BROKEN = {
    "no NomFic": ("NomFic", "Nom"),
    "no header": ("EnTeteDepense", "EnTete"),
    "an empty header": (
        '<EnTeteDepense><IdVer V="2"/>\n<InfoDematerialisee V="0"/>\n</EnTeteDepense>',
        "<EnTeteDepense/>",
    ),
    "two PES_PJ": ("</n:PES_Aller>", "<PES_PJ/></n:PES_Aller>"),
    "carried already": ("EDITEUR1", USED),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_place_is_refused_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    shape, one, words = REFUSED[case]
    flow = written(tmp_path, shape.text().replace(*BROKEN.get(case, ("", ""))))
    with pytest.raises(InvalidPes, match=words):
        one.complete(flow, tmp_path / "complet.xml")
    assert list(tmp_path.iterdir()) == [flow]


def test_a_document_that_is_not_what_it_was_leaves_nothing_behind(tmp_path: Path) -> None:
    one = added(key())
    flow = written(tmp_path, Shape().text())
    other = Added(one.completion, dict.fromkeys(one.blobs, b"autre"))
    with pytest.raises(FlowRejected, match="n'est plus celui qui a été reçu"):
        other.complete(flow, tmp_path / "complet.xml")
    assert list(tmp_path.iterdir()) == [flow]


BOMB = '<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'
HOSTILE = {
    "doctype": ("<n:PES_Aller", "<!DOCTYPE a><n:PES_Aller"),
    "bomb": ("<n:PES_Aller", f"{BOMB}<n:PES_Aller"),
    "instruction": ("<Enveloppe>", "<?x y?><Enveloppe>"),
    "cdata": ("<Enveloppe>", '<Enveloppe><![CDATA[<Fichier MIMEType="a">QUJD</Fichier>]]>'),
    "comment": ("<Enveloppe>", '<Enveloppe><!-- <Fichier MIMEType="a"> --></Fichier> -->'),
    "hidden": ("<Enveloppe>", '<Enveloppe><!-- <Fichier> --><Fichier a="<"/> <!-- -->'),
    "attribute": ("<Enveloppe>", f'<Enveloppe a="{"x" * 100_000}">'),
    "tag": ("<NomFic ", f"<NomFic {' ' * 100_000}"),
    "depth": ("<Enveloppe>", f"<Enveloppe>{'<a>' * 200}{'</a>' * 200}"),
    "depth of values": ("<Enveloppe>", "<Enveloppe>" + "<a V='1'>" * 200 + "</a>" * 200),
    "name": ("<Enveloppe>", f"<Enveloppe><{'x' * 100_000} V='1'/>"),
    "value": ("FLUX-1", "x" * 100_000),
    "long comment": ("<Enveloppe>", f"<Enveloppe><!--{'x' * 3 * 1024 * 1024}-->"),
    "truncated": ("</PES_DepenseAller>", ""),
    "entity": ("FLUX-1", "&x;"),
    "signed": ("</Bordereau>", '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"/></Bordereau>'),
    "signed and told": ("<Enveloppe>", '<Enveloppe><Signature V="1" xmlns="http://www.w3.org/2000/09/xmldsig#"/>'),
    "another root": ("PES_Aller", "PES_Retour"),
    "utf-16": ("ISO-8859-1", "UTF-16"),
    "two roots": ("</n:PES_Aller>", "</n:PES_Aller><a/>"),
    "empty": (Shape().text(), " "),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_flow_is_refused_in_french(tmp_path: Path, case: str) -> None:
    flow = written(tmp_path, Shape().text().replace(*HOSTILE[case]))
    with pytest.raises(DocumentError, match=r"^Flux editeur.xml : .*[.]$"):
        added(key(), nomfic="N").complete(flow, tmp_path / "complet.xml")
    assert list(tmp_path.iterdir()) == [flow]


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


def of_sample(flow: Path) -> Added:
    return added(*(one.key for one in survey(flow).mandats if one.key), nomfic="DEMATFIN-1")


@needs_official
@pytest.mark.parametrize("name", FLOWS)
def test_a_sample_is_completed_and_the_official_schema_says_what_it_said(tmp_path: Path, name: str) -> None:
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd" / "pes" / "v5.17" / NAMES["aller"]))
    flow, target, one = SAMPLES / name, tmp_path / "complet.xml", of_sample(SAMPLES / name)
    one.complete(flow, target)
    assert len(pieces_of(one)) == len(references(tree(flow))) > 0
    assert changes(flow, target, one.completion) == ()
    said = []
    for path in (flow, target):
        schema.validate(tree(path))
        said.append([(error.type_name, error.message) for error in schema.error_log])
    assert said[0] == said[1]
    assert changes(flow, flow, one.completion) != ()


MAY_CHANGE = re.compile(r"<(NomFic|InfoDematerialisee|Bordereau|\?xml)[ >].*", re.DOTALL)
MAY_COME = re.compile(
    r"</?(PJRef|PES_PJ|EnTetePES_PJ|PJ|Contenu)>|<(InfoDematerialisee|Support|IdUnique|NomPJ|TypePJ|Description|IdVer) V=\"[^\"]+\"/>"
    r"|<Fichier MIMEType=\"application/pdf\">|[A-Za-z0-9+/=]*|</Fichier>"
)


@needs_official
@pytest.mark.parametrize("name", FLOWS)
def test_the_difference_with_a_sample_is_short_and_all_of_it_may_be(tmp_path: Path, name: str) -> None:
    flow, target = SAMPLES / name, tmp_path / "complet.xml"
    of_sample(flow).complete(flow, target)
    encoding = "utf-8" if b"UTF-8" in flow.read_bytes()[:60] else "iso-8859-1"
    before = re.split("(?<=>)|(?=<)", flow.read_bytes().decode(encoding))
    after = re.split("(?<=>)|(?=<)", target.read_bytes().decode("iso-8859-1"))
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    assert {kind for kind, *_ in codes} <= {"equal", "insert", "replace"}
    changed = [(before[a:b], after[c:d]) for kind, a, b, c, d in codes if kind == "replace"]
    for old, new in changed:
        assert all(map(MAY_CHANGE.fullmatch, (*old, *new)))
        assert len(old) == len(new)
    added_here = [one for kind, _, _, c, d in codes if kind == "insert" for one in after[c:d]]
    assert [one for one in added_here if not MAY_COME.fullmatch(one)] == []


@needs_official
def test_no_sample_is_forgotten_and_a_signed_one_is_left_alone(tmp_path: Path) -> None:
    found = {path.name for path in SAMPLES.glob("*.xml") if tree(path).tag.endswith("}PES_Aller")}
    assert found == {*FLOWS, SIGNED}
    with pytest.raises(InvalidPes, match="déjà signé"):
        added().complete(SAMPLES / SIGNED, tmp_path / "complet.xml")
    assert list(tmp_path.iterdir()) == []


def test_the_prolog_of_these_tests_is_a_good_one() -> None:
    assert LATIN.encode()[:50].count(b"ISO-8859-1") == 1
