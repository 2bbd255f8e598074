"""An agent brings in the registers of the finance software; what is already known is replaced."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

from dematfin.domain.event import Subject
from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Record

R = TypeVar("R", bound=Record)
Reserve = TypeVar("Reserve", Engagement, Credit)
Rows = tuple[tuple[R, ...], tuple[str, ...]]
REGISTER: Final = "registre des tiers"
NAMES: Final[Mapping[type, str]] = {Engagement: "engagements", Credit: "crédits"}


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
    return _bring(app, Engagement, app.finance.engagements(source), rehearse=rehearse)


def import_credits(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in the credits left on each chapter; same errors as `import_engagements`."""
    app = app.on_behalf_of(who, Act.REGISTER)
    return _bring(app, Credit, app.finance.credits(source), rehearse=rehearse)


def import_tiers(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in creditors; an account that is new for a firm we know waits for two people's calls.

    Same errors as `import_engagements`.
    """
    app = app.on_behalf_of(who, Act.REGISTER)
    rows, problems = app.finance.tiers(source)
    with _books(app, rehearse=rehearse) as books:
        accounts = _new_accounts(app, books, rows)
        done = _compare(_known(books, Tiers, rows), rows, problems)
        if not rehearse:
            _write(app, books, "tiers", rows, done)
            _remember(app, books, accounts)
    return replace(done, notices=tuple(_notice(account) for account in accounts if not account.trusted))


def _bring(app: App, kind: type[Reserve], read: Rows[Reserve], *, rehearse: bool) -> Import:
    rows, problems = read
    with _books(app, rehearse=rehearse) as books:
        known = _known(books, kind, rows)
        if not app.policy.finance_knows_our_mandats:
            rows = tuple(replace(row, mandated=known[row.id].mandated) if row.id in known else row for row in rows)
        done = _compare(known, rows, problems)
        if not rehearse:
            _write(app, books, NAMES[kind], rows, done)
    return done


def _books(app: App, *, rehearse: bool) -> AbstractContextManager[Books]:
    return app.ledger.reading() if rehearse else app.ledger.transaction()


def _known(books: Books, kind: type[R], rows: Sequence[R]) -> dict[str, R]:
    return {one.id: one for one in books.find(kind, id=[row.id for row in rows])}


def _compare(known: Mapping[str, R], rows: Sequence[R], problems: tuple[str, ...]) -> Import:
    new = sum(row.id not in known for row in rows)
    unchanged = sum(known.get(row.id) == row for row in rows)
    return Import(new=new, changed=len(rows) - new - unchanged, unchanged=unchanged, problems=problems)


def _write(app: App, books: Books, register: str, rows: Sequence[Record], done: Import) -> None:
    books.save(*rows)
    told = (
        f"nouveaux : {done.new}, modifiés : {done.changed}, sans changement : {done.unchanged}, "
        f"refusés : {len(done.problems)}"
    )
    books.record(app.event(Subject.REGISTER, register, "", "importé", told))


def _new_accounts(app: App, books: Books, rows: Sequence[Tiers]) -> tuple[KnownAccount, ...]:
    """Return the accounts never seen: those of a firm that we did not know are where we start from."""
    known = books.find(KnownAccount, siren={row.siren for row in rows})
    firms, ids = {account.siren for account in known}, {account.id for account in known}
    accounts = {
        account_id(row.siren, row.account.iban): KnownAccount(
            id=account_id(row.siren, row.account.iban),
            siren=row.siren,
            iban=row.account.iban,
            name=row.name,
            seen_in=REGISTER,
            seen_on=app.clock.today(),
            trusted=row.siren not in firms,
        )
        for row in rows
    }
    return tuple(account for key, account in accounts.items() if key not in ids)


def _remember(app: App, books: Books, accounts: Sequence[KnownAccount]) -> None:
    books.save(*accounts)
    for account in accounts:
        if not account.trusted:
            books.record(app.event(Subject.TIERS, account.siren, "", "compte nouveau", _notice(account)))


def _notice(account: KnownAccount) -> str:
    return (
        f"IBAN changé pour {account.name} ({mask(account.iban)}) : à valider par deux personnes, après rappel du "
        "fournisseur (dematfin tiers iban valider). Aucun mandat ne le paiera avant."
    )
