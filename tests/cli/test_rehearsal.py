"""`--essai` says what would be done and does nothing, here or at the neighbours'."""

from pathlib import Path

import pytest

from cli.office import Office, plain


def files(folder: Path) -> dict[Path, bytes]:
    """Return every file, but those in which SQLite notes that somebody has read."""
    return {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".db" not in path.suffixes and not path.name.endswith(("-wal", "-shm"))
    }


def rows(office: Office) -> list[str]:
    with office.base() as base:
        return list(base.iterdump())


@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("typed", ["journee --essai", "bordereau transmettre --essai"])
def test_a_rehearsal_changes_nothing(copy: Office, town_hall: Path, typed: str) -> None:
    assert copy("bordereau", "signer", "--oui").code == 0
    received = town_hall / "bac-a-sable"
    assert {"chorus", "tdt"} <= {path.parent.name for path in files(received) if path.name == "journal.jsonl"}
    before = files(copy.folder), rows(copy), files(received)
    answer = copy(*typed.split())
    assert answer.code == 0
    assert "Transmettre le flux PESALR1_21990042000015_2026_000044_000003 : 1 mandat, 283,50" in answer.out
    assert "283,50 €" in answer.out
    assert (files(copy.folder), rows(copy), files(received)) == before


def test_a_rehearsal_needs_no_neighbour(cut_off: Office) -> None:
    answer = cut_off("journee", "--essai")
    assert answer.code == 0
    assert "Contrôler 15 factures." in answer.out
    plain(answer.said)
