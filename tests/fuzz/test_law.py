"""The law holds for every door, on what once broke it and on a few new examples; and it can be broken."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from dematfin.errors import DocumentError
from fuzz import law
from fuzz.campagne import CORPUS, READERS, SEED, Result, keep, play
from fuzz.law import ELSEWHERE, Fault, judge
from fuzz.reader import Reader

FEW = 6
"""Examples of the cheapest readers; the campaign plays thousands."""
REFUSALS = {"chorus-refus", "s2low-recherche"}
"""Doors whose first sample is a refusal."""
LONG = {"pages", "signature", "pdf-chemin-entier"}
"""Doors that take seconds to be opened at all: those of the campaign, and of the tests of their own subject."""
PLAYED = [reader for reader in READERS if reader.name not in LONG]
QUICK = [reader for reader in READERS if reader.name not in REFUSALS | LONG]
KEPT = [(reader, path) for reader in READERS for path in sorted((CORPUS / reader.name).glob("*"))]


@pytest.mark.parametrize(("reader", "path"), KEPT, ids=lambda one: one.name)
def test_what_once_broke_the_law_breaks_it_no_more(reader: Reader, path: Path) -> None:
    judge(reader.read, path.read_bytes())


@pytest.mark.parametrize("reader", PLAYED, ids=lambda reader: reader.name)
def test_the_law_holds_on_a_few_examples(reader: Reader) -> None:
    assert play(reader, FEW, SEED).faults == {}


@pytest.mark.parametrize("reader", QUICK, ids=lambda reader: reader.name)
def test_what_nothing_is_wrong_with_is_taken(reader: Reader) -> None:
    assert judge(reader.read, reader.samples()[0]), "else every example is refused at the door, and nothing is tried"


def wrong(data: bytes, folder: Path) -> object:
    raise KeyError(data)


def elsewhere(data: bytes, folder: Path) -> object:
    return (Path(os.devnull).parent / "shm" / "dematfin-ailleurs").write_bytes(data)


def calling(data: bytes, folder: Path) -> object:
    with socket.socket() as line:
        line.settimeout(0)
        return line.connect_ex(("192.0.2.1", 80))


def reading(data: bytes, folder: Path) -> object:
    return Path(ELSEWHERE).read_text()


def mute(data: bytes, folder: Path) -> object:
    message = " "
    raise DocumentError(message)


def endless(data: bytes, folder: Path) -> object:
    while True:
        pass


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (wrong, "KeyError"),
        (elsewhere, "open"),
        (calling, "socket.connect"),
        (reading, "machine was read"),
        (mute, "nobody can read"),
        (endless, "seconds"),
    ],
)
def test_the_law_can_be_broken(
    read: Callable[[bytes, Path], object], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(law, "SECONDS", 0.1)
    with pytest.raises(Fault, match=what):
        judge(read, b"x")


def test_too_much_memory_breaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law, "MEGABYTES", -1)
    with pytest.raises(Fault, match="memory"):
        judge(lambda data, _: data, b"x")


def test_what_breaks_it_is_made_small_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.campagne.CORPUS", tmp_path)

    def fragile(data: bytes, folder: Path) -> object:
        return data.index(b"%PDF")

    sample = b"%PDF-1.4\n" + b"x" * 500
    reader = Reader(name="fragile", read=fragile, samples=lambda: [sample], bend=READERS[0].bend, modules=())
    result: Result = play(reader, 200, SEED)
    assert [what.partition(":")[0] for what in result.faults] == ["ValueError"]
    keep(result)
    (kept,) = (tmp_path / "fragile").iterdir()
    assert b"%PDF" not in kept.read_bytes()
