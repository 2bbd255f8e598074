"""A collectivité moves to another base: the new one has all or nothing, the old one says where it went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from dematfin.errors import ConfigError
from dematfin.ports.documents import Documents
from dematfin.store.carry import Holdings, copy, holdings, is_there
from dematfin.store.carry_documents import Carried, carry_documents
from dematfin.store.engine import connect, open_engine, shown
from dematfin.store.lease import Local, refuse_while_held
from dematfin.store.ledger import turn_of
from dematfin.store.migrate import make_ready
from dematfin.store.moved import mark_moved, moved_towards
from dematfin.store.upgrade import standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the books and the documents of a collectivité are."""

    base: str
    documents: Documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What was carried; `again`: it was there already, equal to what is here."""

    holdings: Holdings
    documents: Carried
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The clock, and how its hours are written."""

    now: Callable[[], datetime]
    local: Local


def remove(collectivite: str, old: Place, new: Place, watch: Watch, *, rehearsed: bool) -> Removal | None:
    """Carry a collectivité from a place to another, or return None when it was moved there before.

    The old place is written no more. Killed anywhere, the new place has all of it or nothing, and the removal may be
    run again. When it is only `rehearsed`, all is carried and compared, then the new base keeps nothing of it but its
    tables: two places that serve would send the same numbers twice.

    Raises:
        ConfigError: the new base holds this collectivité already, and not the same; or something was not carried whole.
        ComeBackLater: a step is running, or a base is away.
        DocumentError: a document is missing, or spoilt.
    """
    if old.base == new.base:
        message = f"Les deux configurations nomment la même base ({shown(old.base)}) : il n'y a rien à copier."
        raise ConfigError(message)
    source, target = open_engine(old.base), open_engine(new.base)
    _refuse_empty(source, old.base)
    for engine in (source, target):
        make_ready(engine)
    with connect(source) as connection:
        if moved_towards(connection, collectivite) == shown(new.base):
            return None
    _refuse_return(target, new.base, collectivite)
    with turn_of(source, collectivite) as out:
        refuse_while_held(out, watch.now(), watch.local, collectivite)
        if not is_there(out, collectivite):
            message = f"La base {shown(old.base)} ne contient rien de la collectivité {collectivite}."
            raise ConfigError(message)
        documents = carry_documents(out, collectivite, old.documents, new.documents)
        with turn_of(target, collectivite) as into, into.begin_nested() as written:
            again, carried = _carried(out, into, collectivite)
            if rehearsed:
                written.rollback()
        if not rehearsed:
            mark_moved(out, collectivite, shown(new.base), watch.now())
    return Removal(holdings=carried, documents=documents, again=again)


def _carried(out: Connection, into: Connection, collectivite: str) -> tuple[bool, Holdings]:
    again = is_there(into, collectivite)
    read = holdings(out, collectivite) if again else copy(out, into, collectivite)
    written = holdings(into, collectivite)
    if read.journal.broken_at:
        message = (
            f"Le journal de la collectivité {collectivite} est rompu à l'évènement n° {read.journal.broken_at} : rien "
            "n'a été copié. Ne signez rien, et comparez la base à la dernière sauvegarde."
        )
        raise ConfigError(message)
    if lost := read.differs_in(written):
        what = "contient déjà cette collectivité, et pas la même" if again else "n'a pas tout reçu : rien n'y est gardé"
        remedy = "Copiez-la vers une base neuve, ou remettez la nouvelle comme elle était avant d'avoir servi."
        message = f"La nouvelle base {what} (différences : {', '.join(lost)}). Rien n'a été changé. {remedy}"
        raise ConfigError(message)
    return again, written


def _refuse_empty(source: Engine, base: str) -> None:
    if standing(source).found is None:
        message = f"La base {shown(base)} est vide : vérifiez la section [stockage] de la configuration de départ."
        raise ConfigError(message)


def _refuse_return(target: Engine, base: str, collectivite: str) -> None:
    with connect(target) as connection, connection.begin():
        if towards := moved_towards(connection, collectivite):
            message = (
                f"La base {shown(base)} garde la collectivité {collectivite} telle qu'elle était quand elle a été "
                f"déplacée vers {towards} : on ne revient pas dessus. Copiez vers une base neuve."
            )
            raise ConfigError(message)
