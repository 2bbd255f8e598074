"""`signature verifier`: a person reads who signed, and a program reads the exit code."""

import json
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.domain.mandat.flux import Flux


@pytest.fixture
def signed(office: Office, tmp_path: Path) -> Path:
    """Return a flow that the demonstration has signed."""
    with office.opened() as app, app.ledger.reading() as books:
        document = next(flux.signed for flux in books.find(Flux) if flux.signed)
        with app.documents.local(document) as path:
            (tmp_path / "signe.xml").write_bytes(path.read_bytes())
    return tmp_path / "signe.xml"


def test_a_good_flow_is_told_as_a_person_reads_it(office: Office, signed: Path) -> None:
    answer = office("signature", "verifier", str(signed))
    assert answer.code == 0
    assert "signé par Jeanne TEST-MAIRE, Maire" in answer.out
    assert "certificat de TEST AC du bac à sable" in answer.out
    assert "pièces jointes ne sont pas couvertes" in answer.out
    assert "1 signature, rien ne s'y oppose." in answer.out
    plain(answer.said)


def test_a_changed_flow_ends_with_1(office: Office, signed: Path) -> None:
    signed.write_bytes(signed.read_bytes().replace(b"<xad:City>", b"<xad:City>X"))
    answer = office("signature", "verifier", str(signed))
    assert answer.code == 1
    assert "✗ Bordereau " in answer.out
    assert "Ce flux ne doit pas être transmis" in answer.out
    plain(answer.said)


def test_a_program_reads_json(office: Office, signed: Path) -> None:
    told = json.loads(office("signature", "verifier", str(signed), "--json").out)
    assert [one["scope"] for one in told["signatures"]] == ["bordereau"]
    assert [one["code"] for one in told["findings"]] == ["SIG-PJ"]


def test_a_file_that_is_not_there(office: Office, tmp_path: Path) -> None:
    answer = office("signature", "verifier", str(tmp_path / "absent.xml"))
    assert answer.code == 4
    assert "absent.xml ne peut pas être lu" in answer.err
    plain(answer.said)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("# notes", "mal formé, ligne 1, colonne 2"),
        ("<a><PES_DepenseAller><Bordereau/></PES_DepenseAller></a>", "Bordereau sans identifiant : il n'est pas signé"),
    ],
)
def test_what_is_no_signed_flow(office: Office, tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "autre.xml").write_text(content)
    answer = office("signature", "verifier", str(tmp_path / "autre.xml"))
    assert answer.code == 1
    assert words in answer.out
    plain(answer.said)


def test_whoever_may_read_may_verify(copy: Office, tmp_path: Path) -> None:
    copy.become("viseur")
    assert copy("signature", "verifier", str(tmp_path / "absent.xml")).code == 4
