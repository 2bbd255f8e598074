"""What an editor's flow may not be when it is completed: told in French, and nothing is written."""

from pathlib import Path

import pytest

from dematfin.errors import DocumentError, FlowRejected, InvalidPes
from pes.editors import (
    Added,
    One,
    Shape,
    added,
    key,
    pieces_of,
    written,
)

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
    "style sheet": ("<n:PES_Aller", "<?xml-stylesheet href='x'?><n:PES_Aller"),
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
