"""`base etat|migrer|copier`, on the demonstration's town: nothing is lost, and each refusal says what to do."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cli.office import HELD, Office, plain, soon
from dematfin.errors import LedgerAway
from dematfin.store import removal
from dematfin.store.engine import open_engine
from dematfin.store.trouble import UNKNOWN
from postgres import stored_in

COMMUNE = "21990042000015"
NEWER = ("restored", "trace", "elimination", "gone", "eliminated", "hold", "transfer")
OLDER = (
    *(f"DROP TABLE {name}" for name in NEWER),
    "DROP TABLE seal",
    "DROP TRIGGER chain_goes_with_seals",
    "ALTER TABLE chain DROP COLUMN seals",
    "ALTER TABLE chain DROP COLUMN seal",
    "UPDATE alembic_version SET version_num = '0009'",
)


def undo_the_last_versions(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in OLDER:
            connection.execute(text(statement))
    engine.dispose()


def engine_of(copy: Office) -> Engine:
    return open_engine(str(copy.folder / "var" / "registre.db"))


def test_an_older_base_waits_for_migrer_which_saves_it_first(copy: Office) -> None:
    was = copy("facture", "liste", "--json").out
    undo_the_last_versions(engine_of(copy))
    refused = copy("facture", "liste")
    assert refused.code == 2 and "dematfin base migrer" in refused.err
    state = copy("base", "etat")
    assert "0009" in state.out and "dematfin base migrer" in state.out
    plain(state.said + refused.said)
    done = copy("base", "migrer")
    assert done.code == 0 and "version 0009 → 0012" in done.out
    assert copy("facture", "liste", "--json").out == was
    (saved,) = (copy.folder / "var").glob(f"registre.db.{COMMUNE}.avant-0012-*")
    assert saved.stat().st_mode & 0o077 == 0
    with open_engine(str(saved)).connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0009"
    verified = copy("journal", "verifier", "--documents")
    assert verified.code == 0 and "Journal intact : 370 évènements" in verified.out  # what was there is sealed
    again = copy("base", "migrer")
    assert again.code == 0 and "rien à faire" in again.out
    assert json.loads(copy("base", "etat", "--json").out)[0]["version"] == "0012"
    plain(done.said + again.said)


def test_a_base_is_not_migrated_while_a_step_runs(copy: Office) -> None:
    engine = engine_of(copy)
    undo_the_last_versions(engine)
    with engine.begin() as connection:
        connection.execute(text(HELD.format(siret=COMMUNE, step="import", until=soon())))
    refused = copy("base", "migrer")
    assert refused.code == 5 and "autre.example:12" in refused.err
    assert "0009" in copy("base", "etat").out
    assert not list((copy.folder / "var").glob("*avant*"))


def test_what_is_not_a_base_is_told_and_hides_no_other(copy: Office) -> None:
    wrong = copy.folder / "faux.toml"
    said = copy.config.read_text(encoding="utf-8").replace('base = "var/registre.db"', 'base = "faux.db"')
    wrong.write_text(said, encoding="utf-8")
    (copy.folder / "faux.db").write_bytes(b"ceci n'est pas une base" * 1000)
    for words in (("base", "etat"), ("base", "migrer"), ("base", "copier", "--vers", str(copy.config))):
        refused = copy.alone(*words, "-c", str(wrong))
        assert refused.code == 2 and "faux.db" in refused.err and "ce n'en est pas une" in refused.err
        plain(refused.said)


def test_a_base_that_is_not_there_is_shown_and_not_made(copy: Office) -> None:
    copy.change('base = "var/registre.db"', 'base = "nouveau/registre.db"')
    copy.widen(200)
    state = copy("base", "etat")
    assert state.code == 0 and "pas encore créée" in state.out
    assert json.loads(copy("base", "etat", "--json").out)[0]["version"] is None
    assert not (copy.folder / "nouveau").exists()
    plain(state.said)


def test_a_wrong_configuration_hides_no_base(copy: Office) -> None:
    (copy.folder / "autre.toml").write_text("[collectivite]\nsiret = 'x'\n", encoding="utf-8")
    state = copy.alone("base", "etat", "-c", str(copy.folder))
    assert state.code == 2 and "registre.db" in state.out and "0012" in state.out
    assert "1 configuration à corriger" in state.err and "autre.toml" in state.err
    done = copy.alone("base", "migrer", "-c", str(copy.folder))
    assert done.code == 2 and "rien à faire" in done.out and "autre.toml" in done.err
    plain(done.said)


def test_a_base_that_a_newer_program_made_is_refused_by_all(copy: Office) -> None:
    with engine_of(copy).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for words in (("facture", "liste"), ("base", "migrer")):
        refused = copy(*words)
        assert refused.code == 2 and "plus récente" in refused.err
        plain(refused.said)


@pytest.fixture
def elsewhere(copy: Office, base: str) -> Path:
    """Return the same configuration with an empty base and a folder of documents elsewhere."""
    there = copy.folder / "nouveau.toml"
    said = copy.config.read_text(encoding="utf-8")
    said = said.replace('base = "var/registre.db"', stored_in(base)).replace(
        'documents = "var/documents"', 'documents = "autre"'
    )
    there.write_text(said, encoding="utf-8")
    return there


def listed(copy: Office, configuration: Path, *words: str) -> str:
    answer = copy.alone(*words, "--json", "-c", str(configuration))
    assert answer.code == 0, answer.err
    return answer.out


ASKED = (
    ("facture", "liste"),
    ("mandat", "liste"),
    ("bordereau", "liste"),
    ("facture", "chercher", "--texte", "facture"),
    ("etat",),
)


def test_a_town_moves_and_all_is_there(copy: Office, elsewhere: Path) -> None:
    was = [listed(copy, copy.config, *words) for words in ASKED]
    done = copy("base", "copier", "--vers", str(elsewhere))
    assert done.code == 0, done.err
    assert "tout est pareil des deux côtés" in done.out
    plain(done.said)
    shutil.rmtree(copy.folder / "var" / "documents")
    assert "Journal intact" in copy.alone("journal", "verifier", "-c", str(elsewhere)).out
    assert [listed(copy, elsewhere, *words) for words in ASKED] == was
    left = copy("facture", "liste")
    assert left.code == 2 and "déplacé" in left.err and "qui nomme cette base" in left.err
    assert "a déjà été déplacée" in copy("base", "copier", "--vers", str(elsewhere)).out


def test_a_rehearsal_compares_all_and_leaves_all_as_it_was(copy: Office, elsewhere: Path) -> None:
    was = copy("facture", "liste", "--json").out
    for _ in range(2):
        done = copy("base", "copier", "--vers", str(elsewhere), "--essai")
        assert done.code == 0 and "tout est pareil" in done.out and "l'ancienne sert" in done.out, done.err
        plain(done.said)
    assert copy("facture", "liste", "--json").out == was
    empty = copy.alone("facture", "liste", "-c", str(elsewhere))
    assert empty.code != 0 and "personne" in empty.err
    moved = copy("base", "copier", "--vers", str(elsewhere))
    assert moved.code == 0 and "L'ancienne base ne s'ouvre plus" in moved.out
    assert listed(copy, elsewhere, "facture", "liste") == was


def test_a_move_cut_before_the_old_base_knew_is_ended_unless_somebody_wrote_meanwhile(
    copy: Office, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise LedgerAway(UNKNOWN)

    with monkeypatch.context() as patch:
        patch.setattr(removal, "mark_moved", cut)
        assert copy("base", "copier", "--vers", str(elsewhere)).code == 5
    again = copy("base", "copier", "--vers", str(elsewhere), "--essai")
    assert again.code == 0 and "était déjà copiée, à l'identique" in again.out
    added = copy("personne", "ajouter", "neuve", "--nom", "Neuve", "--role", "lecteur")
    assert added.code == 0
    refused = copy("base", "copier", "--vers", str(elsewhere))
    assert refused.code == 2 and "person" in refused.err and "journal" in refused.err
    assert copy("facture", "liste").code == 0
