"""Who signs in to the pages, and with which password."""

import secrets
from threading import BoundedSemaphore
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.parties.account import LOCK, Account, check_new, digest_of
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import Forbidden
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

SALT: Final = 16
REFUSED: Final = "Identifiant ou mot de passe inconnu. Après cinq essais, le compte se ferme un quart d'heure."
AT_ONCE: Final = BoundedSemaphore(4)
"""Digests computed at once: each takes 32 MiB."""
NOBODY: Final = secrets.token_hex(SALT)


def sign_in(app: App, person_id: str, password: str) -> Person:
    """Return the person whose password this is.

    Raises:
        Forbidden: in the same words and after the same time, whether the name, the password or the account is wrong.
    """
    with app.ledger.reading() as books:
        account = next(iter(books.find(Account, id=person_id)), None)
        person = next(iter(books.find(Person, id=person_id)), None)
    good = _is_good(account, password)
    if account is None or person is None or not person.active:
        raise Forbidden(REFUSED)
    if not _is_let_in(app, account, good=good):
        raise Forbidden(REFUSED)
    return person


def set_password(app: App, who: Person, person_id: str, password: str) -> None:
    """Give somebody a password, one's own or as an administrateur; a lock is lifted.

    Raises:
        Forbidden: somebody else's; UnknownRecord; RuleError: too short or easy to guess.
    """
    if who.id != person_id:
        who.require(Act.ADMINISTER)
    app = app.on_behalf_of(who, Act.READ)
    check_new(password, person_id)
    salt = secrets.token_hex(SALT)
    with AT_ONCE:
        digest = digest_of(password, salt)
    with app.ledger.transaction() as books:
        person = books.get(Person, person_id)
        books.save(Account(id=person.id, salt=salt, digest=digest, changed_at=app.clock.now()))
        motif = f"mot de passe donné à {person.name} par {who.name}"
        marks = {EXCEPTION: Exceptional.ACCESS_GIVEN} if who.id != person_id else {}
        books.record(app.event(Subject.PERSON, person.id, "actif", "actif", motif, **marks))


def change_password(app: App, who: Person, present: str, fresh: str) -> None:
    """Change one's own password, knowing the present one; raises Forbidden, RuleError."""
    who.require(Act.READ)
    sign_in(app, who.id, present)
    set_password(app, who, who.id, fresh)


def _is_good(account: Account | None, password: str) -> bool:
    """Compute a digest even for nobody: the time of an answer tells nothing of who exists."""
    with AT_ONCE:
        if account is None:
            digest_of(password, NOBODY)
            return False
        return account.accepts(password)


def _is_let_in(app: App, tried: Account, *, good: bool) -> bool:
    """Decide on the account as it is now: while a digest was computed, others may have closed it or changed it."""
    now = app.clock.now()
    with app.ledger.transaction() as books:
        account = books.get(Account, tried.id)
        if account.is_locked(now):
            return False
        if good and account.digest == tried.digest:
            if account.failures or account.locked_until:
                books.save(account.cleared())
            return True
        _remember_failure(app, books, account.failed(now))
    return False


def _remember_failure(app: App, books: Books, account: Account) -> None:
    books.save(account)
    if account.is_locked(app.clock.now()):
        minutes = LOCK.seconds // 60
        motif = f"compte fermé {minutes} minutes après trop de mots de passe faux"
        books.record(app.event(Subject.PERSON, account.id, "actif", "actif", motif, by=account.id))
