"""A flow given as a file to whoever signs elsewhere, and what is done of the file that comes back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import hand_over
from dematfin.domain.mandat.flux import BY_HAND, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import (
    Conflict,
    DematfinError,
    DocumentError,
    Forbidden,
    RuleError,
    SignatureError,
    TooLarge,
    UnknownRecord,
)
from dematfin.signature.elsewhere import Elsewhere
from dematfin.steps.signing import signing
from examples import AGENT, MAIRE
from fakes.hall import Hall, Killed, flux
from fakes.signature import WORD

SHEET = "COMMUNE-2026-42"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    (tmp_path / "salle").mkdir()
    hall = Hall.build(tmp_path / "salle")
    hall.app = replace(hall.app, signer=Elsewhere())
    hall.to_sign("120.00")
    return hall


def given(hall: Hall, folder: Path) -> Path:
    """Export the flow, and sign it as somebody does elsewhere."""
    written = hand_over.export(hall.app, AGENT, SHEET, folder)
    signed = folder / "signé par le maire.xml"
    signed.write_bytes(written.flow.read_bytes() + WORD)
    return signed


def test_it_leaves_with_a_notice_and_comes_back_signed(hall: Hall, tmp_path: Path) -> None:
    written = hand_over.export(hall.app, AGENT, SHEET, tmp_path / "clé usb")
    unsigned = hall.documents.kept[flux(hall).unsigned.sha256]
    assert written.flow.read_bytes() == unsigned
    words = written.notice.read_text(encoding="utf-8")
    assert flux(hall).unsigned.sha256 in words
    assert "bordereau n° 42 de 2026 (COMMUNE-2026-42) : 1 mandat, 120,00 €" in words.replace("\xa0", " ")
    assert (flux(hall).state, flux(hall).signing_ref) == (FluxState.SIGNING, BY_HAND)
    assert {one.name for one in written.flow.parent.iterdir()} == {written.flow.name, written.notice.name}
    hand_over.take_in(hall.app, AGENT, given(hall, tmp_path))
    assert (flux(hall).state, flux(hall).signed_by) == (FluxState.SIGNED, MAIRE.id)
    hall.day()
    assert flux(hall).state is FluxState.ACKNOWLEDGED


def test_a_lost_file_is_written_again_and_a_late_one_is_told(hall: Hall, tmp_path: Path) -> None:
    first = hand_over.export(hall.app, AGENT, SHEET, tmp_path)
    first.flow.unlink()
    hall.clock.advance(days=8)
    assert hand_over.export(hall.app, AGENT, SHEET, tmp_path).flow.exists()
    (note,) = signing(hall.app).notes
    assert "depuis 8 jours" in note


def changed(data: bytes) -> bytes:
    """Change one character of a pièce jointe."""
    place = data.index(b">", data.index(b"<Fichier")) + 20
    return data[:place] + (b"A" if data[place : place + 1] != b"A" else b"B") + data[place + 1 :]


WRONG: dict[str, tuple[Callable[[bytes], bytes], type[DematfinError], str]] = {
    "a byte of a pièce jointe": (changed, SignatureError, "rien n'est gardé"),
    "not signed": (lambda data: data.removesuffix(WORD), SignatureError, "rien n'est gardé"),
    "cut": (lambda data: data[:2000], DocumentError, "abîmé"),
    "empty": (lambda _: b"", DocumentError, "vide"),
    "doctype": (lambda data: data.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1), DocumentError, "DOCTYPE"),
    "no flow": (lambda _: b"<a/>", DocumentError, "PES_Aller"),
    "another flow": (lambda data: data.replace(b"_2026_000042_", b"_2026_000099_"), RuleError, "n'est pas d'ici"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_is_not_the_signed_flow_is_refused_and_kept_in_nothing(
    hall: Hall, tmp_path: Path, wrong: str
) -> None:
    change, error, words = WRONG[wrong]
    signed = given(hall, tmp_path)
    signed.write_bytes(change(signed.read_bytes()))
    before, documents = dict(hall.ledger.records), set(hall.documents.kept)
    with pytest.raises(error, match=words) as told:
        hand_over.take_in(hall.app, AGENT, signed)
    assert signed.name in str(told.value) or error is SignatureError
    assert (hall.ledger.records, set(hall.documents.kept)) == (before, documents)


def test_a_monstrous_file_is_not_read(hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = given(hall, tmp_path)
    monkeypatch.setattr(hand_over, "LARGEST", 1000)
    monkeypatch.setattr(hand_over, "CHUNK", 500)
    with pytest.raises(TooLarge, match="signé par le maire"):
        hand_over.take_in(hall.app, AGENT, signed)
    with pytest.raises(DocumentError, match="illisible"):
        hand_over.take_in(hall.app, AGENT, tmp_path / "absent.xml")


def test_what_is_recalled_is_not_taken_any_more(hall: Hall, tmp_path: Path) -> None:
    signed = given(hall, tmp_path)
    hand_over.recall(hall.app, AGENT, SHEET)
    assert (flux(hall).state, flux(hall).signing_ref) == (FluxState.BUILT, "")
    with pytest.raises(RuleError, match="n'est pas donné à signer"):
        hand_over.take_in(hall.app, AGENT, signed)


def test_it_is_taken_once(hall: Hall, tmp_path: Path) -> None:
    signed = given(hall, tmp_path)
    hand_over.take_in(hall.app, AGENT, signed)
    with pytest.raises(RuleError, match="signé"):
        hand_over.take_in(hall.app, AGENT, signed)
    with pytest.raises(RuleError, match="n'est pas à signer"):
        hand_over.export(hall.app, AGENT, SHEET, tmp_path)


def test_of_a_recall_and_a_return_together_one_holds(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = given(hall, tmp_path)
    put = type(hall.documents).put_file

    def meanwhile(documents: object, path: Path) -> object:
        monkeypatch.undo()
        hand_over.recall(hall.app, AGENT, SHEET)
        return put(hall.documents, path)

    monkeypatch.setattr(type(hall.documents), "put_file", meanwhile)
    with pytest.raises(Conflict):
        hand_over.take_in(hall.app, AGENT, signed)
    assert (flux(hall).state, flux(hall).signed) == (FluxState.BUILT, None)


def test_a_flow_changed_on_the_disk_is_not_given(hall: Hall, tmp_path: Path) -> None:
    key = flux(hall).unsigned.sha256
    hall.documents.kept[key] = changed(hall.documents.kept[key])
    with pytest.raises(SignatureError, match="n'est plus celui"):
        hand_over.export(hall.app, AGENT, SHEET, tmp_path)
    assert flux(hall).state is FluxState.BUILT


def test_what_the_comptable_knows_already_is_not_given(hall: Hall, tmp_path: Path) -> None:
    (mandat,) = hall.all(Mandat)
    with hall.ledger.transaction() as books:
        books.save(replace(mandat, state=MandatState.PAID))
    with pytest.raises(RuleError, match="payé deux fois"):
        hand_over.export(hall.app, AGENT, SHEET, tmp_path / "vide")
    assert not (tmp_path / "vide").exists()


def test_only_an_agent_gives_and_takes(hall: Hall, tmp_path: Path) -> None:
    with pytest.raises(Forbidden):
        hand_over.export(hall.app, MAIRE, SHEET, tmp_path)
    signed = given(hall, tmp_path)
    with pytest.raises(Forbidden):
        hand_over.take_in(hall.app, MAIRE, signed)
    with pytest.raises(UnknownRecord):
        hand_over.export(hall.app, AGENT, "COMMUNE-2026-99", tmp_path)
    (tmp_path / "plein").write_text("un fichier")
    with pytest.raises(DocumentError, match="--vers"):
        hand_over.export(hall.app, AGENT, SHEET, tmp_path / "plein")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_as_it_leaves_or_comes_back_it_is_done_again(hall: Hall, tmp_path: Path, moment: str) -> None:
    hall.ledger.axe = hall.axe
    hall.axe.calls, hall.axe.at = 0, (1, moment)
    with pytest.raises(Killed):
        hand_over.export(hall.app, AGENT, SHEET, tmp_path)
    hall.axe.at = None
    signed = given(hall, tmp_path)
    hall.axe.calls, hall.axe.at = 0, (1, moment)
    with pytest.raises(Killed):
        hand_over.take_in(hall.app, AGENT, signed)
    hall.axe.at = None
    if moment == "before":
        hand_over.take_in(hall.app, AGENT, signed)
    assert flux(hall).state is FluxState.SIGNED
