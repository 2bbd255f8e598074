"""Our schemas and the official ones judge alike: on real files, on ours, and on ours once bent."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dematfin.errors import ConfigError
from dematfin.pes.validate import OFFICIAL as OFFICIAL_FILES
from dematfin.pes.validate import OWN, Schemas
from dematfin.support.resources import folder
from official import OFFICIAL, needs_official
from pes.plans import documents_of_small_plan, small_plan, write

SET = OFFICIAL / "xsd" / "pes" / "v5.17"
SAMPLES = OFFICIAL / "samples" / "pes"
pytestmark = needs_official


@pytest.fixture(scope="module")
def schemas() -> dict[str, tuple[Any, Any]]:
    """Return, for each kind, our schema and theirs."""
    return {
        kind: (
            etree.XMLSchema(etree.parse(folder("xsd") / OWN[kind])),
            etree.XMLSchema(etree.parse(SET / OFFICIAL_FILES[kind])),
        )
        for kind in OWN
    }


def agree(pair: tuple[Any, Any], tree: Any) -> bool:
    ours, theirs = (schema.validate(tree) for schema in pair)
    assert ours == theirs, f"ours {pair[0].error_log}\ntheirs {pair[1].error_log}"
    return bool(ours)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_real_files_get_one_verdict(schemas: dict[str, tuple[Any, Any]], path: Path) -> None:
    tree = etree.parse(path)
    name = etree.QName(tree.getroot()).localname
    if name == "PES_Aller":
        agree(schemas["aller"], tree)
    elif name == "PES_ACQUIT" and path.name != "s2low_PES_ACQUIT_RETOUR.xml":
        agree(schemas["acquit"], tree)


@pytest.fixture
def flow(tmp_path: Path) -> bytes:
    target = tmp_path / "flux.xml"
    write(small_plan(), documents_of_small_plan(), target)
    return target.read_bytes()


def test_our_flows_are_valid_for_both(schemas: dict[str, tuple[Any, Any]], flow: bytes) -> None:
    assert agree(schemas["aller"], etree.ElementTree(etree.fromstring(flow)))


def _elements(root: Any) -> Iterator[tuple[int, Any]]:
    return enumerate(root.iter())


@pytest.mark.parametrize("bend", ["drop", "double", "move", "empty", "long", "letters", "rename", "attribute", "child"])
def test_bent_flows_get_one_verdict(schemas: dict[str, tuple[Any, Any]], flow: bytes, bend: str) -> None:
    """Each element in turn; ours may refuse what we never write, never accept what the DGFiP refuses."""
    ours, theirs = schemas["aller"]
    total = sum(1 for _ in etree.fromstring(flow).iter())
    refused = 0
    for index in range(1, total):
        root = etree.fromstring(flow)
        BENDS[bend](list(root.iter())[index])
        tree = etree.ElementTree(root)
        if not theirs.validate(tree):
            refused += 1
            assert not ours.validate(tree), (bend, index, theirs.error_log)
    assert refused


def _move(element: Any) -> None:
    parent = element.getparent()
    parent.insert(0, element)


def _double(element: Any) -> None:
    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))


def _set(value: str) -> Any:
    def bend(element: Any) -> None:
        if element.get("V") is not None:
            element.set("V", value)

    return bend


BENDS = {
    "drop": lambda element: element.getparent().remove(element),
    "double": _double,
    "move": _move,
    "empty": _set(""),
    "long": _set("9" * 600),
    "letters": _set("quarante-deux"),
    "rename": lambda element: setattr(element, "tag", "Inconnu"),
    "attribute": lambda element: element.set("Inconnu", "1"),
    "child": lambda element: etree.SubElement(element, "Inconnu"),
}


def test_a_folder_without_the_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path))):
        Schemas(tmp_path).check()


def test_a_refusal_says_where_what_and_what_to_do(flow: bytes) -> None:
    root = etree.fromstring(flow.replace(b'IdPce V="1188"', b'IdPce V="quarante"'))
    (found,) = Schemas(SET).findings(etree.ElementTree(root))
    assert found.element == "PES_Aller/PES_DepenseAller/Bordereau/Piece[2]/BlocPiece/InfoPce/IdPce"
    assert (found.mandat, found.supplier) == ("quarante", "PAPETERIE DU LAC")
    assert "la valeur « quarante » de « IdPce »" in found.sentence
    assert found.remedy == "Il faut un nombre entier plus grand que zéro."
