"""The proof of a completed flow: whatever else has changed is seen, whoever wrote it."""

import base64
import gzip
import re
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dematfin.domain.editor.completion import Completion
from dematfin.pes.changes import changes
from dematfin.support import splice
from pes.editors import Added, One, Shape, added, key, pieces_of, written
from pes.plans import PDF, piece

SHAPE = Shape(
    holder="full",
    remark="<!-- r -->",
    sheets=(("01", 2026, 42, (One(1, ("EDITEUR1",), "PJ"), One(2))), ("02", 2026, 42, (One(1),))),
)
ADDED = added(key(1), key(2), nomfic="NOUVEAU-1")
FIRST, SECOND = (one.id for one in pieces_of(ADDED))
NAME = b"Facture d&apos;ete n 0 -A&amp;B.pdf"
REFERENCE = (
    b'<PJRef><Support V="01"/><IdUnique V="'
    + FIRST.encode()
    + b'"/><NomPJ V="'
    + NAME
    + b'"/><TypePJ V="003"/></PJRef>'
)


def packed(data: bytes) -> bytes:
    return base64.b64encode(gzip.compress(data, mtime=0))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("preuve")
    flow, target = written(folder, SHAPE.text()), folder / "complet.xml"
    ADDED.complete(flow, target)
    assert changes(flow, target, ADDED.completion) == ()
    return flow, target


def put(old: bytes, new: bytes, count: int = 1) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, count)

    return change


def moved(data: bytes) -> bytes:
    """Put the reference of the first mandat into the second."""
    bare = put(REFERENCE, b"")(data)
    at = bare.index(b"<PJRef>", bare.index(b'<IdPce V="2"/>'))
    return bare[:at] + REFERENCE + bare[at:]


def swapped(data: bytes) -> bytes:
    """Exchange the references of the two mandats."""
    return data.replace(FIRST.encode(), b"#").replace(SECOND.encode(), FIRST.encode()).replace(b"#", SECOND.encode())


def doubled_document(data: bytes) -> bytes:
    end = data.rindex(b"<PJ>")
    return data[:end] + data[end:].replace(b"</PES_PJ>", b"")[: data[end:].index(b"</PES_PJ>")] + data[end:]


def last_document_is(content: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        start = data.rindex(b'<Fichier MIMEType="application/pdf">') + len(b'<Fichier MIMEType="application/pdf">')
        return data[:start] + content + data[data.index(b"<", start) :]

    return change


FORBIDDEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an amount": (put(b'<MtHT V="120.00"/>', b'<MtHT V="121.00"/>'), "Bordereau 42, mandat 1 : .*120.00.*121.00"),
    "an amount written otherwise": (put(b'"120.00"', b'"120.0"'), "mandat 1"),
    "a quote": (put(b'<MtHT V="120.00"/>', b"<MtHT V='120.00'/>"), "mandat 1"),
    "a blank": (put(b"<MtHT V", b"<MtHT  V"), "mandat 1"),
    "a line end": (put(b"</Piece>\n", b"</Piece>\r\n"), "mandat 1"),
    "a comment": (put(b"<!-- r -->", b""), "est devenu"),
    "a comment changed": (put(b"<!-- r -->", b"<!-- s -->"), "est devenu"),
    "two elements exchanged": (
        put(b'<TypPce V="01"/>\n<NatPce V="01"/>', b'<NatPce V="01"/>\n<TypPce V="01"/>'),
        "mandat 1 : .*TypPce.*NatPce",
    ),
    "a self-closed tag": (put(b'<NatPce V="01"/>', b'<NatPce V="01"></NatPce>'), "NatPce"),
    "a mandat's number": (put(b'<IdPce V="2"/>', b'<IdPce V="3"/>'), "IdPce"),
    "a reference in another mandat": (moved, f"mandat 2 : une référence à la pièce {FIRST} a été ajoutée à tort"),
    "references exchanged": (swapped, "ajoutée à tort"),
    "a reference twice": (put(REFERENCE, REFERENCE * 2), "ajoutée à tort"),
    "a reference lost": (put(REFERENCE, b""), f"la référence à la pièce {FIRST} manque"),
    "a reference on paper": (put(REFERENCE, REFERENCE.replace(b'Support V="01"', b'Support V="02"')), "mal écrite"),
    "a reference of another kind": (put(REFERENCE, REFERENCE.replace(b'"003"', b'"002"')), "mal écrite"),
    "a name without extension": (put(REFERENCE, REFERENCE.replace(b".pdf", b"")), "mal écrite"),
    "more in a reference": (put(REFERENCE, REFERENCE.replace(b"<Support ", b'<Support a="b" ')), "PJRef"),
    "a reference in a line": (put(b'<MtHT V="120.00"/>', b'<MtHT V="120.00"/>' + REFERENCE), "mandat 1"),
    "a reference of another namespace": (
        put(REFERENCE, re.sub(rb"<(/?)(?=\w)", rb"<\1n:", REFERENCE)),
        "n:PJRef",
    ),
    "the editor's reference": (put(b'<IdUnique V="EDITEUR1"/>', b'<IdUnique V="EDITEUR2"/>'), "EDITEUR2"),
    "a document more": (doubled_document, "ajoutée au flux à tort"),
    "another content": (last_document_is(packed(PDF)), "le flux ne porte pas le fichier gardé"),
    "no content": (last_document_is(b""), "PJ ajouté n'est pas écrit"),
    "not base64": (last_document_is(b"*"), "le flux ne porte pas le fichier gardé"),
    "not gzip": (last_document_is(b"QUJD"), "le flux ne porte pas le fichier gardé"),
    "the editor's document": (put(packed(PDF + b"de l'editeur"), packed(PDF)), "PES_PJ"),
    "another identifier": (
        lambda data: data[: data.index(b"<PES_PJ")] + put(FIRST.encode(), b"X1")(data[data.index(b"<PES_PJ") :]),
        "X1 a été ajoutée au flux à tort",
    ),
    "another NomFic": (put(b"NOUVEAU-1", b"NOUVEAU-2"), "NOUVEAU-2"),
    "the old NomFic": (put(b"NOUVEAU-1", b"FLUX-1"), "ne porte pas son nouveau nom"),
    "InfoDematerialisee as it was": (
        put(b'<InfoDematerialisee V="1"/>', b'<InfoDematerialisee V="0"/>'),
        "ne dit pas si",
    ),
    "InfoDematerialisee otherwise": (put(b'<InfoDematerialisee V="1"/>', b'<InfoDematerialisee V="true"/>'), "true"),
    "no Id": (put(b' Id="B2026T01N0042"', b""), "n'a pas d'identifiant"),
    "another attribute": (put(b' Id="B2026T01N0042"', b' Id="B2026T01N0042" a="b"'), "Bordereau"),
    "the root's Id": (put(b'Id="F1"', b'Id="F2"'), "F2"),
    "the prolog": (put(b"ISO-8859-1", b"iso-8859-1"), "En-tête"),
    "another encoding": (put(b"ISO-8859-1", b"UTF-8"), "En-tête"),
    "a new element": (put(b"</InfoPce>", b'<CarteAchatNiveau1 V="1"/></InfoPce>'), "CarteAchatNiveau1"),
    "an instruction": (put(b"<Enveloppe>", b"<?x?><Enveloppe>"), "En-tête"),
    "a bordereau less": (
        lambda data: data[: data.rindex(b"<Bordereau")] + data[data.index(b"</PES_DepenseAller>") :],
        "est devenu",
    ),
    "the end": (put(b"</n:PES_Aller>\n", b""), "est devenu"),
    "the very end": (lambda data: data[: data.rindex(b"<!-- r -->")], "La fin du flux de l'éditeur manque"),
    "more after the end": (lambda data: data + b"<!-- -->", "après la fin"),
    "half a tag": (lambda data: data + b"<", "n'a pas de fin"),
    "nothing left": (lambda _: b"", "La fin du flux"),
    "another PES_PJ": (put(b"</n:PES_Aller>", b"<PES_PJ></PES_PJ></n:PES_Aller>"), "PES_PJ"),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_what_a_completion_does_not_allow_is_told(pair: tuple[Path, Path], tmp_path: Path, case: str) -> None:
    change, words = FORBIDDEN[case]
    flow, target = pair
    other = tmp_path / "autre.xml"
    other.write_bytes(change(target.read_bytes()))
    told = changes(flow, other, ADDED.completion)
    assert told
    assert re.search(words, " ".join(told)), told


FREE = re.compile(rb'(?:NomPJ|Description) V="[^"]*"|MIMEType="[^"]*">[^<]*| Id="B[^"]*"')
"""What whoever completes may word: names, descriptions, how a document is packed, the Id of a bordereau."""


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), byte=st.sampled_from([b"", b" ", b"0", b"<", b"\xe9"]))
def test_no_byte_is_lost_or_changed_unseen(pair: tuple[Path, Path], tmp_path: Path, at: int, byte: bytes) -> None:
    flow, target = pair
    data = target.read_bytes()
    at %= len(data)
    if data[at : at + 1] == byte or any(one.start() <= at < one.end() for one in FREE.finditer(data)):
        return
    other = tmp_path / "autre.xml"
    other.write_bytes(data[:at] + byte + data[at + 1 :])
    assert changes(flow, other, ADDED.completion) != ()


def test_nothing_is_allowed_to_a_flow_that_gets_nothing(pair: tuple[Path, Path]) -> None:
    flow, target = pair
    told = changes(flow, target, Completion(dematerialised=False))
    assert f"une référence à la pièce {FIRST} a été ajoutée à tort" in " ".join(told)
    assert "NOUVEAU-1" in told[0]


def test_several_differences_are_told_and_not_thousands(pair: tuple[Path, Path], tmp_path: Path) -> None:
    flow, target = pair
    other = tmp_path / "autre.xml"
    other.write_bytes(target.read_bytes().replace(b"120.00", b"121.00"))
    assert sum("121.00" in one for one in changes(flow, other, ADDED.completion)) == 3
    many = Shape(sheets=(("01", 2026, 42, tuple(map(One, range(1, 60)))),), named=True, flag="1")
    flow = written(tmp_path, many.text())
    other.write_bytes(many.text().replace("120.00", "121.00").encode())
    told = changes(flow, other, Completion(dematerialised=True))
    assert len(told) == 21
    assert told[-1] == "La suite du flux n'a pas été comparée."


def test_a_new_holder_is_closed_where_it_ends(tmp_path: Path) -> None:
    flow, target, one = written(tmp_path, Shape().text()), tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    other, data = tmp_path / "autre.xml", target.read_bytes()
    for old, new in (
        (b"</PES_PJ>", b""),
        (b"<PES_PJ>", b'<PES_PJ a="b">'),
        (b"<PES_PJ>", b"<n:PES_PJ>"),
        (b'<EnTetePES_PJ><IdVer V="1"/>', b'<EnTetePES_PJ><IdVer V="2"/>'),
        (b"</EnTetePES_PJ>", b"</EnTetePES_PJ>\n"),
    ):
        other.write_bytes(data.replace(old, new))
        assert changes(flow, other, one.completion) != ()


def test_a_mandat_without_number_is_not_the_one_before(tmp_path: Path) -> None:
    text = Shape(sheets=(("01", 2026, 42, (One(1), One(2))),)).text().replace('<IdPce V="2"/>\n', "")
    flow, target, one = written(tmp_path, text), tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    bare = put(REFERENCE, b"")(target.read_bytes())
    at = bare.rindex(b"</InfoPce>")
    target.write_bytes(bare[:at] + REFERENCE + bare[at:])
    assert f"une référence à la pièce {FIRST} a été ajoutée à tort" in changes(flow, target, one.completion)[0]


def test_a_byte_of_a_long_document_is_seen(tmp_path: Path) -> None:
    flow = written(tmp_path, Shape(holder="full").text().replace("</Fichier>", f"{'A' * 10_000}</Fichier>"))
    target, one = tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    for new in (b"AB", b"A"):
        other = put(b"AA</Fichier>", new + b"</Fichier>")(target.read_bytes())
        (tmp_path / "autre.xml").write_bytes(other)
        told = changes(flow, tmp_path / "autre.xml", one.completion)
        assert told == ("PES_PJ : « un long texte » est devenu « un long texte ».",)


def test_transcoding_is_no_cover(tmp_path: Path) -> None:
    shape = Shape(prolog='<?xml version="1.0" encoding="UTF-8"?>\n', sheets=(("01", 2026, 42, (One(label="Été"),)),))
    flow, target, one = written(tmp_path, shape.text(), "utf-8"), tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    other, data = tmp_path / "autre.xml", target.read_bytes()
    for old, new in ((b"\xc9t\xe9", b"\xc9te"), (b"\xc9t\xe9", "Été".encode()), (b"ISO-8859-1", b"ISO-8859-15")):
        other.write_bytes(data.replace(old, new))
        assert changes(flow, other, one.completion) != ()
    flow.write_bytes(flow.read_bytes().replace("Été".encode(), "Été €".encode()))
    assert changes(flow, target, one.completion) == (
        "editeur.xml ne peut pas être écrit en ISO-8859-1 sans perdre de signes.",
    )


def test_a_document_that_should_travel_and_does_not_is_told(pair: tuple[Path, Path]) -> None:
    flow, target = pair
    more = replace(ADDED.completion, carried=(*ADDED.completion.carried, piece(999)))
    assert changes(flow, target, more) == ("Pièce facture.pdf de la facture F2026-000999 : elle manque dans le flux.",)


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_reads_may_be_cut_anywhere(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(splice, "CHUNK", chunk)
    assert changes(*pair, ADDED.completion) == ()


def test_memory_does_not_follow_the_weight(tmp_path: Path) -> None:
    weight = 12 * 1024 * 1024
    flow = written(tmp_path, Shape(holder="full").text().replace("</Fichier>", f"{'A' * weight}</Fichier>"))
    target, one = tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    tracemalloc.start()
    assert changes(flow, target, one.completion) == ()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < weight / 2


def test_it_is_the_same_for_anything_that_was_added(tmp_path: Path) -> None:
    """A document that Hélios has is referred to only: carrying it is a change."""
    flow, target, one = written(tmp_path, Shape().text()), tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    known = Added(replace(one.completion, carried=()))
    assert "PES_PJ a été ajouté à tort." in changes(flow, target, known.completion)
