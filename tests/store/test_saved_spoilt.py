"""Backups that go wrong one by one, and heal: a spoilt document, one lost for good, another name of the base."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dematfin.domain.backup.rotation import Retention
from dematfin.domain.backup.standing import Trial
from dematfin.errors import ComeBackLater, DocumentError, LedgerAway
from dematfin.store.ledger import in_paris
from dematfin.store.saved.beside import brought_back
from dematfin.store.saved.listed import keep_trial
from dematfin.store.saved.rotation import copy_elsewhere, rotate
from dematfin.store.saved.trial import tried
from dematfin.store.saved.vault import Backup, Vault
from examples import COMMUNE
from store.test_saved import OURS, Town, inhabited, truncated


@pytest.fixture
def hamlet(sqlite: Engine, tmp_path: Path) -> Iterator[Town]:
    """Return a town of three invoices."""
    assert sqlite.url.database
    with inhabited(sqlite.url.database, tmp_path) as made:
        yield made


def try_out(town: Town, backup: Backup) -> None:
    """Try a backup, and keep what was found."""
    found = tried(town.vault, backup, town.base, town.now, in_paris)
    trial = Trial(backup=backup.name, at=town.now, faults=found.faults, spoilt=found.spoilt)
    keep_trial(backup.folder.parent, trial)


def documents(vault: Vault) -> list[Path]:
    return sorted(vault.root.glob("documents/??/??/*"))


def test_a_document_that_spoils_among_backups_is_brought_again_by_the_next(hamlet: Town) -> None:
    backup = hamlet.save().backup
    truncated(documents(hamlet.vault)[0])
    try_out(hamlet, backup)
    assert hamlet.save().brought.count == 1
    assert hamlet.faults(backup) == ()


def test_a_document_that_the_copy_elsewhere_finds_spoilt_is_brought_again(hamlet: Town, tmp_path: Path) -> None:
    there = Vault(tmp_path / "ailleurs")
    with there.writing():
        pass
    backup = hamlet.save().backup
    truncated(documents(hamlet.vault)[0])
    with pytest.raises(DocumentError, match="n'est pas copiée"):
        copy_elsewhere(backup, hamlet.vault, there, OURS, in_paris)
    assert hamlet.save().brought.count == 1
    assert copy_elsewhere(backup, hamlet.vault, there, OURS, in_paris)


def test_backups_that_name_a_document_which_a_trial_found_spoilt_do_not_drive_sound_ones_away(hamlet: Town) -> None:
    hamlet.save()
    sound = hamlet.save().backup
    hamlet.now += timedelta(days=20)
    hamlet.bill(4)
    last = [hamlet.save().backup for _ in range(4)]
    (fourth,) = (one for one in documents(hamlet.vault) if one.read_bytes() == b"facture 4")
    truncated(fourth)
    try_out(hamlet, last[0])
    with hamlet.vault.writing():
        rotate(hamlet.vault, OURS, Retention(days=1), in_paris)
        assert sound in hamlet.vault.all()
        hamlet.now += timedelta(hours=1)
    hamlet.save()
    with hamlet.vault.writing():
        rotate(hamlet.vault, OURS, Retention(days=1), in_paris)
    assert sound not in hamlet.vault.all(), "it was brought again: they are good"


def test_a_document_lost_for_good_keeps_nothing_from_rotating(hamlet: Town) -> None:
    hamlet.save()
    old = hamlet.vault.all()[0]
    lost = sorted((hamlet.folder / "documents").glob("??/??/*"))[0]
    kept = next(one for one in documents(hamlet.vault) if one.name == lost.name)
    lost.unlink()
    assert hamlet.save().manifest.missing == (), "older backups have it"
    kept.unlink()
    hamlet.now += timedelta(days=20)
    assert [hamlet.save().manifest.missing for _ in range(3)] == [(lost.name,)] * 3
    with hamlet.vault.writing():
        rotate(hamlet.vault, OURS, Retention(days=1), in_paris)
    assert old not in hamlet.vault.all()


def test_backups_under_an_older_name_of_the_base_rotate_with_the_others(hamlet: Town) -> None:
    hamlet.save()
    (hamlet.vault.root / "commune").rename(hamlet.vault.root / COMMUNE)
    hamlet.now += timedelta(days=20)
    last = tuple(hamlet.save().backup for _ in range(2))
    with hamlet.vault.writing():
        assert rotate(hamlet.vault, OURS, Retention(days=1), in_paris) == 1
    assert hamlet.vault.all() == last


def test_a_folder_that_is_read_only_is_read_all_the_same(hamlet: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = hamlet.save().backup
    (hamlet.vault.root / "lecture.verrou").unlink(missing_ok=True)
    monkeypatch.setattr("os.access", lambda *_: False)
    with hamlet.vault.reading():
        assert hamlet.faults(backup) == ()
    assert not (hamlet.vault.root / "lecture.verrou").exists()
    trial = Trial(backup=backup.name, at=hamlet.now, faults=())
    assert keep_trial(backup.folder, trial)
    assert not keep_trial(hamlet.vault.root / "absent", trial)


def test_two_trials_of_a_base_do_not_clear_each_other_and_the_disk_keeps_its_room(hamlet: Town) -> None:
    backup = hamlet.save().backup
    with brought_back(backup, backup.manifest(), hamlet.base, 0) as address:
        with pytest.raises(ComeBackLater, match="un essai"):
            hamlet.faults(backup)
        assert Path(address).exists()
    with pytest.raises(ComeBackLater, match="espace_minimum_mo"):
        tried(hamlet.vault, backup, hamlet.base, hamlet.now, in_paris, spare=10**18)
    assert hamlet.faults(backup) == ()


def test_a_base_that_is_spoilt_is_set_aside_as_it_is_and_the_backup_serves(hamlet: Town) -> None:
    backup = hamlet.save().backup
    hamlet.hang_up()
    base = Path(hamlet.base)
    base.write_bytes(base.read_bytes()[:16384] + b"\xa5" * (base.stat().st_size - 16384))
    spoilt = base.read_bytes()
    with pytest.raises(LedgerAway, match="--remplacer"):
        hamlet.held()
    aside = hamlet.restore(backup, replaces=True).aside
    assert Path(aside).read_bytes() == spoilt
    assert len(hamlet.held()) == 3
