"""The proof of a completed flow: whatever else has changed is seen, whoever wrote it."""

import re
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dematfin.domain.editor.completion import Completion
from dematfin.pes.changes import changes
from dematfin.support import splice
from pes.editors import Added, One, Shape, added, key, written
from pes.forbidden import ADDED, FIRST, FORBIDDEN, REFERENCE, SHAPE, put
from pes.plans import piece


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("preuve")
    flow, target = written(folder, SHAPE.text()), folder / "complet.xml"
    ADDED.complete(flow, target)
    assert changes(flow, target, ADDED.completion) == ()
    return flow, target


@pytest.mark.parametrize("case", FORBIDDEN)
def test_what_a_completion_does_not_allow_is_told(pair: tuple[Path, Path], tmp_path: Path, case: str) -> None:
    change, words = FORBIDDEN[case]
    flow, target = pair
    other = tmp_path / "autre.xml"
    other.write_bytes(change(target.read_bytes()))
    told = changes(flow, other, ADDED.completion)
    assert told
    assert re.search(words, " ".join(told)), told


OURS = re.compile(
    rb'<PJRef><Support V="01"/><IdUnique V="[0-9]*DEPENSE[0-9]*"/><NomPJ V="[^"]*"/><TypePJ V="003"/></PJRef>'
    rb'|<PJ><Contenu><Fichier MIMEType="[^"]*">[^<]*</Fichier></Contenu>[^\n]*?</PJ>'
    rb'|(?<=<Bordereau) Id="[A-Za-z_][A-Za-z0-9_]*"',
    re.DOTALL,
)
"""What whoever completes may word, or put anywhere in its parent: the schema judges where."""
PLACE = st.integers(0, 10_000)
PIECES = b"""<!-- -->|<?x?>|&#10;|<![CDATA[]]>|<MtHT V="9"/>|<PJ/>|<PES_PJ/>|<PES_PJ></PES_PJ>|\
<EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ>|<InfoDematerialisee V="1"/>""".split(b"|")
PUT = st.one_of(st.binary(max_size=2), st.sampled_from(PIECES))
MUTATION = st.tuples(PLACE, st.integers(0, 12), PLACE, PUT, st.booleans(), st.booleans())


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutation=MUTATION)
def test_nothing_is_lost_or_changed_unseen(
    pair: tuple[Path, Path], tmp_path: Path, mutation: tuple[int, int, int, bytes, bool, bool]
) -> None:
    """Bytes put in, in the place of others or not; cut out; moved or copied elsewhere; by whole tags or anyhow."""
    at, length, to, put_in, tags, copied = mutation
    flow, target = pair
    data = target.read_bytes()
    places = [one.start() for one in re.finditer(b"<", data)] if tags else range(len(data))
    start, end, there = (places[one % len(places)] for one in (at, at + length, to))
    moved = data[start : max(start, end)]
    rest = data if copied else data[:start] + data[max(start, end) :]
    spoilt = rest[:there] + moved + put_in + rest[there:]
    other = tmp_path / "autre.xml"
    other.write_bytes(spoilt)
    assert changes(flow, other, ADDED.completion) or OURS.sub(b"", spoilt) == OURS.sub(b"", data)


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


def test_a_number_may_be_written_by_the_number_of_its_signs(tmp_path: Path) -> None:
    flow = written(tmp_path, Shape().text().replace('<IdPce V="1"/>', '<IdPce V="&#49;"/>'))
    target, one = tmp_path / "complet.xml", added(key())
    one.complete(flow, target)
    assert changes(flow, target, one.completion) == ()


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
