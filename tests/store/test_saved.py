"""Backups of a real base, on each engine: made while others write, tried, restored; killed, spoilt."""

import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, text

from contracts.ledger import event
from dematfin.domain.backup.rotation import Retention
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import ComeBackLater, ConfigError, DocumentError, RuleError, UnknownRecord
from dematfin.store import keeper
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger, in_paris
from dematfin.store.saved.beside import spoilt_files
from dematfin.store.saved.listed import documents_of
from dematfin.store.saved.look import look
from dematfin.store.saved.making import Made, Source, make
from dematfin.store.saved.pool import Place
from dematfin.store.saved.restoration import Restored, Target, restore
from dematfin.store.saved.rotation import Owner, copy_elsewhere, rotate
from dematfin.store.saved.trial import tried
from dematfin.store.saved.vault import Backup, Vault
from examples import COMMUNE, invoice

Mark = Callable[[str, datetime], None]
NOW: Final = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)

OURS: Final = Owner(names=("commune", COMMUNE), sirets={COMMUNE})


@dataclass(slots=True, kw_only=True)
class Town:
    """A base and its documents, and the folder where they are saved."""

    base: str
    folder: Path
    vault: Vault
    marked: list[tuple[str, datetime]] = field(default_factory=list)
    opened: list[Engine] = field(default_factory=list)
    now: datetime = NOW

    @property
    def documents(self) -> FolderDocuments:
        return FolderDocuments(self.folder / "documents", 0)

    @property
    def engine(self) -> Engine:
        """Each time another one on SQLite: what is opened is closed when asked."""
        self.opened.append(open_engine(self.base))
        return self.opened[-1]

    def ledger(self) -> SqlLedger:
        return SqlLedger(self.engine, COMMUNE, lambda: self.now)

    def hang_up(self) -> None:
        """Leave no connection open, as a process that ends."""
        keeper.KEEPER.forget()
        while self.opened:
            self.opened.pop().dispose()

    def bill(self, *numbers: int) -> None:
        """Take invoices in, each with a document of its own, written before the row that names it."""
        bill(self.ledger(), self.documents, *numbers)

    def source(self) -> Source:
        places = {COMMUNE: self.documents}
        return Source(
            name="commune", base=self.base, documents=places, configuration={"configuration/c.toml": b"a = 1"}
        )

    def save(self) -> Made:
        self.now += timedelta(hours=12)
        with self.vault.writing():
            return make(self.vault, self.source(), self.now)

    def mark(self, base: str, as_of: datetime) -> None:
        """Write in the base that was restored, and leave it open: whoever marks may."""
        self.marked.append((base, as_of))
        self.opened.append(open_engine(base))
        with SqlLedger(self.opened[-1], COMMUNE, lambda: self.now).transaction() as books:
            books.record(event())

    def restore(self, backup: Backup, *, replaces: bool = False, mark: Mark | None = None) -> Restored:
        target = Target(
            base=self.base,
            documents={COMMUNE: self.documents},
            replaces=replaces,
            mark=mark or self.mark,
        )
        return restore(self.vault, backup, target, self.now, in_paris)

    def faults(self, backup: Backup) -> tuple[str, ...]:
        return tried(self.vault, backup, self.base, self.now, in_paris).faults

    def burn(self) -> None:
        """Lose all but the backups."""
        self.hang_up()
        shutil.rmtree(self.folder / "documents")
        if self.base.startswith("postgresql"):
            drop(self.base)
        else:
            for path in self.folder.glob("registre.db*"):
                path.unlink()

    def held(self) -> dict[str, str]:
        """Return each invoice and what its document says; the journal is walked first."""
        assert self.ledger().verify_journal().intact
        with self.ledger().reading() as books:
            found = {}
            for one in books.find(Invoice):
                with self.documents.open(one.content.attachments[0].document) as source:
                    found[one.id] = source.read().decode()
            return found


def bill(ledger: SqlLedger, documents: Place, *numbers: int) -> None:
    for number in numbers:
        ref = documents.put(f"facture {number}".encode())
        one = invoice(key=f"F2026-{number:06d}")
        attachment = replace(one.content.attachments[0], document=ref)
        with ledger.transaction() as books:
            books.save(replace(one, content=replace(one.content, attachments=(attachment,))))
            books.record(event())


def drop(base: str) -> None:
    """Take a base of the server away, and those that were made beside it."""
    name = base.rpartition("@/")[2].partition("?")[0]
    server = open_engine(base.replace(f"@/{name}?", "@/postgres?"))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        names = connection.execute(text("SELECT datname FROM pg_database")).scalars().all()
        for one in names:
            if one == name or one.startswith(f"{name}_"):
                connection.execute(text(f'DROP DATABASE "{one}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Iterator[Town]:
    """Return a town with three invoices, on each engine."""
    on_sqlite = engine.dialect.name == "sqlite"
    base = str(tmp_path / "registre.db") if on_sqlite else engine.url.render_as_string(hide_password=False)
    with inhabited(base, tmp_path) as made:
        yield made
    engine.dispose()
    if not on_sqlite:
        drop(base)


@pytest.fixture
def hamlet(sqlite: Engine, tmp_path: Path) -> Iterator[Town]:
    """Return the same on SQLite alone, for what no engine changes."""
    assert sqlite.url.database
    with inhabited(sqlite.url.database, tmp_path) as made:
        yield made


@contextmanager
def inhabited(base: str, folder: Path) -> Iterator[Town]:
    made = Town(base=base, folder=folder, vault=Vault(folder / "sauvegardes"))
    made.bill(1, 2, 3)
    yield made
    made.hang_up()


def apart(act: Callable[[], object]) -> int:
    """Run something in a process of its own; return how it ended, a signal as a negative number."""
    child = os.fork()
    if not child:
        code = 70
        with suppress(BaseException):
            try:
                act()
                code = 0
            except ComeBackLater as error:
                code = error.exit_code
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_what_burnt_is_there_again_as_of_the_backup(town: Town) -> None:
    was = town.held()
    made = town.save()
    town.bill(4)
    town.burn()
    done = town.restore(made.backup)
    assert (town.held(), done.brought, done.aside) == (was, 3, "")
    assert [as_of for _, as_of in town.marked] == [made.manifest.taken_at]
    assert town.ledger().verify_journal().events == made.manifest.ends[COMMUNE].sequence + 1, "the mark is there"
    town.bill(5)  # it serves
    assert len(town.held()) == 4


def test_a_backup_taken_while_a_process_writes_holds_every_document_that_its_base_names(town: Town) -> None:
    town.hang_up()
    writer = os.fork()
    if not writer:
        with suppress(BaseException):
            town.bill(*range(100, 100_000))
        os._exit(1)
    try:
        while len(town.held()) < 10:
            pass
        made = town.save()
        while len(town.held()) < made.manifest.rows["invoice"] + 5:
            pass
    finally:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
    assert town.faults(made.backup) == ()
    town.burn()
    town.restore(made.backup)
    assert len(town.held()) == made.manifest.rows["invoice"] == made.manifest.documents
    following = town.ledger().following(made.manifest.ends[COMMUNE].sequence - 1, 1)
    assert [one.hash for one in following] == [made.manifest.ends[COMMUNE].hash]


def test_a_second_backup_copies_the_new_documents_only(hamlet: Town) -> None:
    assert hamlet.save().brought.count == 3
    hamlet.bill(4)
    again = hamlet.save()
    assert (again.brought.count, again.manifest.documents) == (1, 4)
    assert hamlet.save().brought.count == 0
    modes = {path.stat().st_mode & 0o077 for path in hamlet.vault.root.rglob("*") if path.is_file()}
    assert modes == {0} and hamlet.vault.root.stat().st_mode & 0o077 == 0


def truncated(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def test_each_file_that_is_spoilt_is_told_by_its_name_and_is_not_restored(town: Town) -> None:
    was, backup = town.held(), town.save().backup
    assert town.faults(backup) == ()
    town.burn()
    document = sorted(town.vault.root.glob("documents/*/*/*"))[0]
    beside = [backup.folder / name for name in ("base", "documents.txt", "manifeste.json", "configuration/c.toml")]
    for path in (document, *beside):
        content = path.read_bytes()
        truncated(path)
        assert path.name[:12] in " ".join(town.faults(backup))
        with pytest.raises(DocumentError, match=path.name[:12]):
            town.restore(backup)
        assert path.exists() is (path != document)
        path.write_bytes(content)
    assert town.marked == []
    town.restore(backup)
    assert town.held() == was


def test_a_document_that_was_lost_before_is_told_and_the_rest_is_saved(hamlet: Town) -> None:
    (lost,) = (path for path in (hamlet.folder / "documents").rglob("*") if path.is_file() and "2" in path.read_text())
    lost.unlink()
    made = hamlet.save()
    assert made.manifest.missing == (lost.name,)
    assert lost.name[:12] in " ".join(hamlet.faults(made.backup))
    hamlet.burn()
    assert hamlet.restore(made.backup).brought == 2


class Axe:
    """Kills this process at a rename: just before the n-th of them, or just after."""

    def __init__(self, at: int, *, after: bool) -> None:
        self._left = at
        self._after = after
        self._rename, self._replace = os.rename, os.replace

    def __enter__(self) -> None:
        os.rename, os.replace = self._struck(self._rename), self._struck(self._replace)

    def __exit__(self, *_: object) -> None:
        os.rename, os.replace = self._rename, self._replace

    def _struck(self, rename: Callable[..., None]) -> Callable[..., None]:
        def struck(*words: object, **named: object) -> None:
            self._left -= 1
            if self._left == 0 and not self._after:
                os.kill(os.getpid(), signal.SIGKILL)
            rename(*words, **named)
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        return struck


def killed(town: Town, act: Callable[[], object]) -> Iterator[None]:
    """Run something again and again, killed at each of its renames in turn; yield after each death."""
    for at in range(1, 20):
        for after in (False, True):

            def one_death(at: int = at, *, after: bool = after) -> None:
                with Axe(at, after=after):
                    act()

            town.now += timedelta(minutes=1)
            ended = apart(one_death)
            if ended != -signal.SIGKILL:
                assert ended == 0
                return
            yield


def is_whole(backup: Backup, vault: Vault) -> bool:
    manifest = backup.manifest()
    kept = {ref.sha256 for ref in documents_of(backup)} <= set(vault.documents().names())
    return kept and not spoilt_files(backup, manifest)


def test_killed_at_any_rename_nothing_passes_for_a_backup_that_is_none_and_the_next_clears_it(town: Town) -> None:
    town.save()
    town.bill(4)
    town.hang_up()
    deaths = 0
    for _ in killed(town, town.save):
        deaths += 1
        assert all(is_whole(one, town.vault) for one in town.vault.all())
    assert deaths >= 4
    town.now += timedelta(minutes=1)
    assert town.faults(town.save().backup) == ()
    assert list(town.vault.root.rglob("*.en-cours")) == []
    assert list((town.vault.root / "documents" / "en-cours").iterdir()) == []


def test_killed_at_any_rename_of_a_restoration_a_whole_base_serves(town: Town) -> None:
    was = town.held()
    backup = town.save().backup
    town.bill(4)
    now = town.held()
    town.hang_up()
    assert apart(lambda: town.restore(backup, replaces=True, mark=lambda *_: os.kill(os.getpid(), signal.SIGKILL))) < 0
    assert town.held() == now
    town.hang_up()
    for _ in killed(town, lambda: town.restore(backup, replaces=True)):
        assert town.held() in (was, now)
        town.hang_up()
    assert town.held() == was
    assert not list(town.folder.glob("*.restauration"))


def limited(town: Town, size: int) -> Callable[[], None]:
    def act() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        town.save()

    return act


def test_on_a_full_disk_old_backups_stay_and_nothing_half_made_counts(town: Town) -> None:
    kept = town.save().backup
    one, large = invoice(key="F2026-000099"), town.documents.put(os.urandom(3_000_000))
    attachment = replace(one.content.attachments[0], document=large)
    with town.ledger().transaction() as books:
        books.save(replace(one, content=replace(one.content, attachments=(attachment,))))
    town.hang_up()
    for size in (3_000, 2_500_000):  # the base is too much, then the document alone
        assert apart(limited(town, size)) == ComeBackLater.exit_code
        assert town.vault.all() == (kept,) and is_whole(kept, town.vault)
        assert list(town.vault.root.glob("*/*.en-cours")) == []
    assert town.save().manifest.documents == 4


def test_two_backups_at_once_the_second_says_so(hamlet: Town) -> None:
    with hamlet.vault.writing(), pytest.raises(ComeBackLater, match="Une autre sauvegarde"), hamlet.vault.writing():
        pass


def test_a_base_that_is_there_is_set_aside_when_asked_never_deleted(town: Town) -> None:
    backup = town.save().backup
    town.bill(4)
    now = town.held()
    town.hang_up()
    with pytest.raises(RuleError, match="--remplacer"):
        town.restore(backup)
    aside = town.restore(backup, replaces=True).aside
    assert len(town.held()) == 3
    old = aside if town.base.endswith(".db") else town.base.replace("@/copy?", f"@/{aside}?")
    with SqlLedger(open_engine(old), COMMUNE, lambda: NOW).reading() as books:
        assert len(books.find(Invoice)) == len(now)
    open_engine(old).dispose()


def test_a_base_that_works_is_not_replaced(town: Town) -> None:
    backup = town.save().backup
    with town.ledger().lease("import", "autre.example:12"), pytest.raises(ComeBackLater, match="import"):
        town.restore(backup, replaces=True)
    with town.engine.connect() as page, pytest.raises(ComeBackLater, match="sert encore à quelqu'un"):
        page.execute(text("SELECT 1 FROM chain"))
        page.detach()
        town.restore(backup, replaces=True)
    assert len(town.held()) == 3


def test_a_step_that_ran_while_the_base_was_copied_runs_no_more(hamlet: Town) -> None:
    with hamlet.ledger().lease("import", "autre.example:12"), hamlet.vault.writing():
        made = make(hamlet.vault, hamlet.source(), hamlet.now)
    hamlet.burn()
    hamlet.restore(made.backup)
    with hamlet.ledger().lease("import", "ici.example:1"):
        assert hamlet.marked


def test_what_rotates_away_takes_the_documents_that_nothing_names_any_more(hamlet: Town) -> None:
    with hamlet.ledger().transaction() as books:
        gone = books.get(Invoice, "F2026-000002")
    hamlet.save()
    with hamlet.ledger().transaction() as books:
        attachment = replace(gone.content.attachments[0], document=hamlet.documents.put(b"autre"))
        books.save(replace(gone, content=replace(gone.content, attachments=(attachment,))))
    last = (hamlet.save().backup, hamlet.save().backup)
    with hamlet.vault.writing():
        assert rotate(hamlet.vault, OURS, Retention(days=1), in_paris) == 1
    assert hamlet.vault.all() == last and all(is_whole(one, hamlet.vault) for one in last)
    assert gone.content.attachments[0].document.sha256 not in set(hamlet.vault.documents().names())


def test_one_a_week_is_copied_elsewhere_and_restores_from_there(hamlet: Town, tmp_path: Path) -> None:
    there = Vault(tmp_path / "ailleurs")
    made = hamlet.save()
    with pytest.raises(ComeBackLater, match="montez-le"):
        copy_elsewhere(made.backup, hamlet.vault, there, OURS, in_paris)
    there.root.mkdir()
    with pytest.raises(ComeBackLater, match="montez-le"):
        copy_elsewhere(made.backup, hamlet.vault, there, OURS, in_paris)
    assert list(there.root.iterdir()) == [], "a mount point without its disk"
    with there.writing():
        pass
    assert copy_elsewhere(made.backup, hamlet.vault, there, OURS, in_paris)
    assert not copy_elsewhere(hamlet.save().backup, hamlet.vault, there, OURS, in_paris)
    hamlet.now += timedelta(days=7)
    assert copy_elsewhere(hamlet.save().backup, hamlet.vault, there, OURS, in_paris)
    (first, _) = there.of("commune")
    was = hamlet.held()
    hamlet.burn()
    shutil.rmtree(hamlet.vault.root)
    hamlet.vault = there
    assert hamlet.faults(first) == ()
    hamlet.restore(first)
    assert hamlet.held() == was


def test_a_backup_is_chosen_by_its_name_or_is_the_newest(hamlet: Town, tmp_path: Path) -> None:
    old, new = hamlet.save().backup, hamlet.save().backup
    now = hamlet.now
    assert hamlet.vault.chosen(["commune"], {COMMUNE}, now) == new
    assert hamlet.vault.chosen(["absente", "commune"], {COMMUNE}, now, old.name) == old
    with pytest.raises(UnknownRecord, match="2001"):
        hamlet.vault.chosen(["commune"], {COMMUNE}, now, "2001")
    with pytest.raises(UnknownRecord, match="Montez-le"):
        Vault(tmp_path / "absent").chosen(["commune"], {COMMUNE}, now)


def test_a_backup_dated_after_now_is_told_and_has_to_be_named(hamlet: Town) -> None:
    old, new = hamlet.save().backup, hamlet.save().backup
    now = hamlet.now - timedelta(hours=1)
    assert hamlet.vault.chosen(["commune"], {COMMUNE}, now) == old
    assert hamlet.vault.chosen(["commune"], {COMMUNE}, now, new.name) == new
    taken = old.manifest().taken_at
    (hamlet.vault.root / "commune").rename(hamlet.vault.root / COMMUNE)
    seen = look(hamlet.vault, COMMUNE, hamlet.base, now, in_paris)
    assert (seen.ahead, seen.last) == (1, in_paris(taken))


def test_a_base_of_one_engine_is_not_restored_into_the_other(town: Town, tmp_path: Path) -> None:
    backup = town.save().backup
    town.base = "postgresql+psycopg://x@/y" if town.base.endswith(".db") else str(tmp_path / "autre.db")
    with pytest.raises(ConfigError, match="base copier"):
        tried(town.vault, backup, town.base, NOW, in_paris)


def test_who_watches_reads_manifests(hamlet: Town) -> None:
    assert look(hamlet.vault, COMMUNE, hamlet.base, hamlet.now, in_paris).away
    made = hamlet.save()
    seen = look(hamlet.vault, "commune", hamlet.base, hamlet.now, in_paris)
    assert seen.last is None, "this collectivité is not in it"
    (hamlet.vault.root / "commune").rename(hamlet.vault.root / COMMUNE)
    assert look(hamlet.vault, COMMUNE, hamlet.base, hamlet.now, in_paris).last == in_paris(made.manifest.taken_at)


def test_a_copy_that_is_intact_and_that_pg_restore_does_not_read_is_not_called_damaged(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = town.save()
    if town.base.endswith(".db"):
        assert made.manifest.server == ""
        return
    assert made.backup.manifest().server.isdigit()
    monkeypatch.setattr("dematfin.store.saved.beside.run_program", lambda *_: "unsupported version (1.16)")
    with pytest.raises(ConfigError, match=f"PostgreSQL {made.manifest.server}"):
        town.faults(made.backup)
