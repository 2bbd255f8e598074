"""An editor's flow in another encoding than the one that a TdT wants: written in it sign for sign, or refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.errors import InvalidPes
from dematfin.pes.changes import changes
from pes.editors import (
    LATIN,
    One,
    Shape,
    added,
    key,
    pieces_of,
    tree,
    written,
)


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


def test_a_file_that_is_not_in_the_encoding_that_it_tells_is_refused(tmp_path: Path) -> None:
    shape = Shape(prolog='<?xml version="1.0" encoding="UTF-8"?>', remark="<!-- é -->")
    with pytest.raises(InvalidPes, match="Exportez-le de nouveau"):
        added(key()).complete(written(tmp_path, shape.text()), tmp_path / "complet.xml")
