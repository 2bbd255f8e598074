"""An agent brings in the registers of the finance software; what is already known is replaced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from dematfin.domain.event import Subject
from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Record

R = TypeVar("R", bound=Record)
Rows = tuple[tuple[R, ...], tuple[str, ...]]
REGISTER = "registre des tiers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What an import did, or would do.

    Attributes:
        new, changed, unchanged: counts of records; `problems`: why the other rows were left out.
        notices: what a person should know of the rows that were taken.
    """

    new: int
    changed: int
    unchanged: int
    problems: tuple[str, ...]
    notices: tuple[str, ...] = ()

    @property
    def taken(self) -> int:
        """How many rows were good."""
        return self.new + self.changed + self.unchanged


def import_engagements(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in engagements from a CSV file; what our mandats took from them is kept.

    Raises:
        Forbidden; DocumentError: the file cannot be read at all.
    """
    app = app.on_behalf_of(who, Act.REGISTER)
    return _keep(app, "engagements", app.finance.engagements(source), _with_ours(app), rehearse=rehearse)


def import_credits(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in the credits left on each chapter; same errors as `import_engagements`."""
    app = app.on_behalf_of(who, Act.REGISTER)
    return _keep(app, "crédits", app.finance.credits(source), _with_ours(app), rehearse=rehearse)


def import_tiers(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in creditors; an account that is new for a firm we know waits for two people's calls.

    Raises:
        Forbidden; DocumentError: the file cannot be read at all.
    """
    app = app.on_behalf_of(who, Act.REGISTER)
    rows, problems = app.finance.tiers(source)
    with app.ledger.reading() as books:
        accounts = _new_accounts(app, books, rows)
    done = _keep(app, "tiers", (rows, problems), lambda _, row: row, rehearse=rehearse)
    changed = [account for account in accounts if not account.trusted]
    if not rehearse:
        _remember(app, accounts)
    return replace(done, notices=tuple(_notice(account) for account in changed))


def _keep(app: App, register: str, read: Rows[R], merge: Callable[[R | None, R], R], *, rehearse: bool) -> Import:
    rows, problems = read
    with app.ledger.transaction() as books:
        known = _known(books, rows)
        merged = [merge(known.get(row.id), row) for row in rows]
        changed = [row for row in merged if row.id in known and known[row.id] != row]
        new = [row for row in merged if row.id not in known]
        done = Import(
            new=len(new), changed=len(changed), unchanged=len(rows) - len(new) - len(changed), problems=problems
        )
        if not rehearse:
            books.save(*new, *changed)
            motif = f"{done.new} nouveaux, {done.changed} modifiés, {len(problems)} lignes écartées"
            books.record(app.event(Subject.REGISTER, register, "", "importé", motif))
    return done


def _known(books: Books, rows: Sequence[R]) -> dict[str, R]:
    if not rows:
        return {}
    return {one.id: one for one in books.find(type(rows[0]), id=[row.id for row in rows])}


def _with_ours(app: App) -> Callable[[R | None, R], R]:
    """Keep what our own mandats took, unless the export already counts it."""

    def merge(known: R | None, row: R) -> R:
        if app.policy.finance_knows_our_mandats or not isinstance(known, (Engagement, Credit)):
            return row
        return replace(row, mandated=known.mandated)  # type: ignore[type-var]  # of the same kind as `known`

    return merge


def _new_accounts(app: App, books: Books, rows: Sequence[Tiers]) -> tuple[KnownAccount, ...]:
    """Return the accounts never seen: those of a firm that we did not know are where we start from."""
    known = books.find(KnownAccount, siren={row.siren for row in rows})
    firms, ids = {account.siren for account in known}, {account.id for account in known}
    return tuple(
        KnownAccount(
            id=account_id(row.siren, row.account.iban),
            siren=row.siren,
            iban=row.account.iban,
            name=row.name,
            seen_in=REGISTER,
            seen_on=app.clock.today(),
            trusted=row.siren not in firms,
        )
        for row in rows
        if account_id(row.siren, row.account.iban) not in ids
    )


def _remember(app: App, accounts: Sequence[KnownAccount]) -> None:
    with app.ledger.transaction() as books:
        books.save(*accounts)
        for account in accounts:
            if not account.trusted:
                books.record(app.event(Subject.TIERS, account.siren, "", "compte nouveau", _notice(account)))


def _notice(account: KnownAccount) -> str:
    return (
        f"Compte bancaire nouveau pour {account.name} ({mask(account.iban)}) : à valider par deux personnes, après "
        "rappel du fournisseur (dematfin tiers iban valider). Aucun mandat ne le paiera avant."
    )
