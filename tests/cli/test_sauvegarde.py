"""`sauvegarde` and `restauration` of a syndicate: a base each, or one for all; one command, one line each."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.office import Office, plain
from config.syndicat import SHARED, A, B, C, block, in_one_file
from contracts.ledger import event
from dematfin.cli.context import system_account
from dematfin.config.several import house
from dematfin.wiring import open_documents, open_ledger
from examples import AGENT, invoice

EACH = SHARED.replace('base = "registre.db"', 'base = "{collectivite}/registre.db"')
Keyboard = Callable[[Path], Office]


def live(config: Path, siret: str) -> None:
    """Give a collectivité an agent and an invoice with its document."""
    settings = house(config, siret).settings()
    ref = open_documents(settings, config.parent).put(f"facture de {siret}".encode())
    one = invoice()
    attachment = replace(one.content.attachments[0], document=ref)
    ledger = open_ledger(settings, config.parent)
    with ledger.transaction() as books:
        books.save(replace(AGENT, system_user=system_account()))
        books.save(replace(one, content=replace(one.content, attachments=(attachment,))))
        books.record(event())
    ledger._engine.dispose()  # a base that somebody holds open is not replaced


@pytest.mark.parametrize(("shared", "folders"), [(EACH, {A, B}), (SHARED, {"registre-*"})], ids=["each", "shared"])
def test_every_collectivite_is_saved_by_one_command_and_restored_by_another(
    tmp_path: Path, keyboard: Keyboard, shared: str, folders: set[str]
) -> None:
    office, config = keyboard(tmp_path), in_one_file(tmp_path, block(A), block(B), shared=shared)
    for siret in (A, B):
        live(config, siret)
    saved = tmp_path / "copies"
    done = office.alone("sauvegarde", str(saved), "-c", str(config))
    assert (done.code, done.out.count("sauvegardée dans")) == (0, len(folders))
    plain(done.said)
    for one in saved.glob("*/*/manifeste.json"):
        printed = json.loads(one.read_bytes())["empreintes"].values()
        assert all(head in done.out.replace("\n", " ") for head in printed)
    assert all(len(list(saved.glob(f"{one}/*/manifeste.json"))) == 1 for one in folders)
    tried = office.alone("restauration", str(saved), "--verifier", "-c", str(config))
    assert (tried.code, tried.out.count("tout est pareil")) == (0, len(folders))
    shutil.rmtree(tmp_path / "documents")
    for path in tmp_path.rglob("registre.db*"):
        path.unlink()
    done = office.alone("restauration", str(saved), "-c", str(config))
    assert (done.code, done.out.count("restaurée de")) == (0, len(folders)), done.err
    plain(done.said)
    for siret in (A, B):
        assert "Journal intact" in office.alone("journal", "verifier", "--siret", siret, "-c", str(config)).out
    assert len(list((tmp_path / "documents").glob("??/??/*"))) == 2


def test_one_that_cannot_be_saved_stops_no_other_and_nobody_says_where_is_told(
    tmp_path: Path, keyboard: Keyboard
) -> None:
    office, config = keyboard(tmp_path), in_one_file(tmp_path, block(A), block(B), shared=EACH)
    live(config, A)
    done = office.alone("sauvegarde", str(tmp_path / "copies"), "-c", str(config))
    assert (done.code, done.out.count("sauvegardée dans"), "n'existe pas" in done.err) == (2, 1, True)
    plain(done.said)
    assert [one.parent.parent.name for one in tmp_path.glob("copies/*/*/manifeste.json")] == [A]
    nowhere = office.alone("sauvegarde", "--siret", A, "-c", str(config))
    assert (nowhere.code, "Où sont les sauvegardes ?" in nowhere.err) == (2, True)


def test_a_folder_where_work_is_done_or_of_something_else_is_never_one_of_backups(
    tmp_path: Path, keyboard: Keyboard
) -> None:
    office, config = keyboard(tmp_path), in_one_file(tmp_path, block(A), shared=EACH)
    live(config, A)
    was = sorted(tmp_path.rglob("*"))
    other = tmp_path / "autre"
    other.mkdir(mode=0o755)
    (other / "travail.en-cours").mkdir()
    (tmp_path / "lien").symlink_to(tmp_path / "documents")
    for place in (tmp_path, tmp_path / "documents", tmp_path / "documents" / "copies", tmp_path / "lien"):
        done = office.alone("sauvegarde", str(place), "-c", str(config))
        assert (done.code, "où le travail se fait" in done.err.replace("\n", " ")) == (2, True)
    done = office.alone("sauvegarde", str(other), "-c", str(config))
    assert (done.code, "n'est pas un dossier de sauvegarde" in done.err.replace("\n", " ")) == (2, True)
    assert other.stat().st_mode & 0o777 == 0o755
    assert [one for one in was if not one.exists()] == [] and [one.name for one in other.iterdir()] == [
        "travail.en-cours"
    ]


def test_two_configurations_in_one_folder_never_restore_the_base_of_the_other(
    tmp_path: Path, keyboard: Keyboard
) -> None:
    office, saved, configs = keyboard(tmp_path), tmp_path / "copies", []
    for name, sirets in (("un", (A, B)), ("deux", (C,))):
        (tmp_path / name).mkdir()
        configs.append(in_one_file(tmp_path / name, *map(block, sirets), shared=SHARED))
        for siret in sirets:
            live(configs[-1], siret)
        assert office.alone("sauvegarde", str(saved), "-c", str(configs[-1])).code == 0
    for folder in [*saved.glob("registre-*"), saved / C]:  # as they were called before they were told apart
        (saved / "registre").mkdir(exist_ok=True)
        for one in folder.iterdir():
            one.rename(saved / "registre" / one.name)
    done = office.alone("restauration", str(saved), "--remplacer", "-c", str(configs[0]))
    assert (
        done.code == 0
        and "Journal intact" in office.alone("journal", "verifier", "--siret", A, "-c", str(configs[0])).out
    ), done.err
    alone = in_one_file(tmp_path / "un", block(A), shared=SHARED)
    done = office.alone("restauration", str(saved), "--remplacer", "-c", str(alone))
    assert (done.code, f"contient aussi {B}" in " ".join(done.err.split())) == (2, True), done.err


def test_elsewhere_is_prepared_once_and_its_mount_point_is_never_written_in(tmp_path: Path, keyboard: Keyboard) -> None:
    office, there = keyboard(tmp_path), tmp_path / "ailleurs"
    shared = f'{EACH}[commun.sauvegarde]\ndossier = "copies"\nailleurs = "{there}"\n'
    config = in_one_file(tmp_path, block(A), shared=shared)
    live(config, A)
    assert office.alone("sauvegarde", str(there), "--preparer", "-c", str(config)).code == 2
    there.mkdir()
    done = office.alone("sauvegarde", "-c", str(config))
    assert (done.code, "--preparer" in done.err, list(there.iterdir())) == (5, True, [])
    assert office.alone("sauvegarde", str(there), "--preparer", "-c", str(config)).code == 0
    assert office.alone("sauvegarde", "-c", str(config)).code == 0
    assert len(list(there.glob(f"{A}/*/manifeste.json"))) == 1
