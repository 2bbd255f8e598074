"""The base: its engine, its version, its health, and the journal that it holds."""

from collections.abc import Iterator
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look
from dematfin.cli.output import counted
from dematfin.domain.restoration import Restored, told
from dematfin.errors import Barred, DocumentError, RuleError
from dematfin.store.inspection import library

FIXED: Final = "3.51.3"
ENGINE: Final = "moteur de la base"
TABLES: Final = "version des tables"
HEALTH: Final = "santé de la base"
JOURNAL: Final = "journal scellé"
RESTORED: Final = "restauration"
CALL: Final = "Ne signez rien, et appelez qui l'a installé : la dernière sauvegarde dit ce qui a changé."
SOUND: Final = {
    "server_encoding": ("UTF8", "créez la base avec ENCODING 'UTF8', puis copiez-la (dematfin base copier)"),
    "fsync": ("on", "remettez fsync = on dans postgresql.conf : une coupure de courant abîme la base"),
    "synchronous_commit": ("on", "remettez synchronous_commit = on : un envoi noté peut être oublié, et refait"),
}
STRONGER: Final = frozenset({"remote_write", "remote_apply", "local"})
"""Of synchronous_commit: our own disk is waited for all the same."""
OLDEST: Final = 13
FEW: Final = 5
"""Things that are wrong in the journal, that are told here."""
MOST: Final = 80
"""Connections in use, in per cent of those that are allowed, from which the next one may be refused."""


def engine(examined: Examined) -> Iterator[Line]:
    """Name what keeps the money: which SQLite in which mode, or how the server of PostgreSQL is set."""
    if examined.base.on_sqlite:
        yield _sqlite(examined)
    else:
        yield from _server(examined.base.server())


def _sqlite(examined: Examined) -> Line:
    known, mode = library(), examined.base.journal_mode().upper()
    said = f"SQLite {known.version}"
    if known.fixed:
        return good(
            ENGINE, f"{said}, journal WAL : le défaut des versions d'avant {FIXED} y est corrigé ; en place, {mode}"
        )
    why = f"{said} a le défaut du journal WAL (corrigé en {FIXED}) : journal TRUNCATE, sûr et quatre fois plus lent"
    if mode == "WAL":
        return bad(ENGINE, f"{why}, mais la base est restée en WAL", "Arrêtez tout, lancez une commande, recommencez.")
    return look(ENGINE, why, "Installez la bibliothèque corrigée : pip install --upgrade pysqlite3.")


def _server(told: dict[str, str]) -> Iterator[Line]:
    said = f"PostgreSQL {told['server_version']}, {told['server_encoding']}, fuseau {told['TimeZone']}"
    yield good(ENGINE, f"{said}, fsync {told['fsync']}, synchronous_commit {told['synchronous_commit']}")
    if int(told["server_version"].split(".")[0]) < OLDEST:
        yield look(
            ENGINE, f"PostgreSQL {told['server_version']} n'est plus suivi", f"Passez à la version {OLDEST} ou plus."
        )
    for name, (value, remedy) in SOUND.items():
        if told[name] != value and not (name == "synchronous_commit" and told[name] in STRONGER):
            yield bad(ENGINE, f"{name} vaut « {told[name]} »", f"{remedy[0].upper()}{remedy[1:]}.")
    used, most = int(told["connections"]), int(told["max_connections"])
    if used * 100 >= most * MOST:
        remedy = "Augmentez max_connections, ou diminuez « simultanees » et le nombre d'ouvriers."
        yield look(ENGINE, f"{used} connexions sur {most}", remedy)
    else:
        yield good("connexions", f"{used} sur {most}")


def tables(examined: Examined) -> Iterator[Line]:
    """Compare the version of the tables with that of the program."""
    found, expected = examined.base.versions()
    if found == expected:
        yield good(TABLES, found)
    elif not found:
        yield look(TABLES, "la base est vide", "Ajoutez la première personne (dematfin personne ajouter).")
    elif found < expected:
        saved = "elle sauvegarde d'abord" if examined.base.on_sqlite else "donnez-lui où sauvegarder (--sauvegarde)"
        remedy = f"Lancez la mise à jour (dematfin base migrer), {saved} : toute autre commande refuse cette base."
        yield look(TABLES, f"« {found} », le programme attend « {expected} »", remedy)
    else:
        remedy = "Installez la version de dematfin qui a servi en dernier, ou restaurez la bonne base."
        yield bad(TABLES, f"« {found} », plus récente que ce programme (« {expected} »)", remedy)


def health(examined: Examined) -> Iterator[Line]:
    """Have SQLite read its own pages."""
    if not examined.base.on_sqlite:
        return
    if faults := examined.base.faults():
        yield bad(HEALTH, f"abîmée : {faults[0]}", f"Arrêtez tout, gardez ce fichier. {CALL}", DocumentError.exit_code)
    else:
        yield good(HEALTH, "le contrôle rapide de SQLite n'y trouve rien")


def journal(examined: Examined) -> Iterator[Line]:
    """Walk events and seals, or their end, and compare the records that they name."""
    report = examined.base.walk()
    for one in report.defects[:FEW]:
        yield bad(JOURNAL, one.sentence.removesuffix("."), CALL, RuleError.exit_code)
    if not report.intact:
        return
    said = f"{counted(report.events, 'évènement')}, {counted(report.records, 'ligne')}, chaîne intacte"
    if report.first > 1:
        since = f"vérifié depuis le n° {report.first} seulement ; en entier : dematfin journal verifier"
        yield good(JOURNAL, f"{said}, {since}")
    else:
        yield good(JOURNAL, f"{said} de bout en bout")


def restored(examined: Examined) -> Iterator[Line]:
    """Say that the base was put back to an older point, as long as nothing leaves."""
    with examined.base.books() as books:
        for one in books.find(Restored, ended_at=None):
            yield bad(RESTORED, told(examined.clock.local(one.data_as_of)), "", Barred.exit_code)
