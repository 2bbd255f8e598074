"""An agent brings in the registers of the finance software; what is already known is replaced."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from dematfin.domain.event import Event, Subject
from dematfin.domain.parties.bank import TO_CLEAR, KnownAccount, account_id
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Record

R = TypeVar("R", bound=Record)
Reserve = TypeVar("Reserve", Engagement, Credit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What a file brings, or would bring.

    Attributes:
        taken: rows that were taken: the new, the changed and the unchanged.
        problems: what is wrong with the rows left out.
        notices: what somebody has to do about the rows taken.
    """

    taken: int
    new: int
    changed: int
    unchanged: int
    problems: tuple[str, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What an import would write, and what it would answer."""

    records: tuple[Record, ...]
    events: tuple[Event, ...]
    result: Import


def import_engagements(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in engagements from a CSV file, or only say what it would change; raises DocumentError when it cannot be
    read at all."""
    app = app.on_behalf_of(who, Act.REGISTER)
    rows, problems = app.finance.engagements(source)
    return _carry_out(
        app, lambda books: _reserves(app, books, "engagements", Engagement, rows, problems), rehearse=rehearse
    )


def import_credits(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in the credits of each chapter; as `import_engagements`."""
    app = app.on_behalf_of(who, Act.REGISTER)
    rows, problems = app.finance.credits(source)
    return _carry_out(app, lambda books: _reserves(app, books, "crédits", Credit, rows, problems), rehearse=rehearse)


def import_tiers(app: App, who: Person, source: Path, *, rehearse: bool = False) -> Import:
    """Bring in creditors; as `import_engagements`.

    A new account of a firm that we know waits for two people: a changed IBAN is the commonest fraud.
    """
    app = app.on_behalf_of(who, Act.REGISTER)
    rows, problems = app.finance.tiers(source)
    return _carry_out(app, lambda books: _creditors(app, books, rows, problems), rehearse=rehearse)


def _carry_out(app: App, planned: Callable[[Books], _Plan], *, rehearse: bool) -> Import:
    if rehearse:
        with app.ledger.reading() as books:
            return planned(books).result
    with app.ledger.transaction() as books:
        plan = planned(books)
        books.save(*plan.records)
        for event in plan.events:
            books.record(event)
        return plan.result


def _reserves(
    app: App, books: Books, register: str, kind: type[Reserve], rows: Sequence[Reserve], problems: tuple[str, ...]
) -> _Plan:
    """Plan engagements or credits; what our mandats took stays taken, unless the export has already counted it."""
    known = {one.id: one for one in books.find(kind)}
    if not app.policy.finance_knows_our_mandats:
        rows = [replace(row, mandated=known[row.id].mandated) if row.id in known else row for row in rows]
    return _plan(app, register, known, rows, problems)


def _creditors(app: App, books: Books, rows: Sequence[Tiers], problems: tuple[str, ...]) -> _Plan:
    known = {one.id: one for one in books.find(Tiers)}
    plan = _plan(app, "tiers", known, rows, problems)
    accounts = _unknown_accounts(app, books, tuple(known.values()), rows)
    doubtful = tuple(account for account in accounts if not account.trusted)
    return replace(
        plan,
        records=(*plan.records, *accounts),
        events=(*plan.events, *(_to_clear(app, account) for account in doubtful)),
        result=replace(plan.result, notices=tuple(map(_notice, doubtful))),
    )


def _plan(app: App, register: str, known: dict[str, R], rows: Sequence[R], problems: tuple[str, ...]) -> _Plan:
    new = [row for row in rows if row.id not in known]
    changed = [row for row in rows if row.id in known and row != known[row.id]]
    motif = f"{len(rows)} lignes importées, {len(problems)} écartées"
    result = Import(
        taken=len(rows),
        new=len(new),
        changed=len(changed),
        unchanged=len(rows) - len(new) - len(changed),
        problems=problems,
    )
    event = app.event(Subject.REGISTER, register, "", "importé", motif)
    return _Plan(records=(*new, *changed), events=(event,), result=result)


def _unknown_accounts(app: App, books: Books, held: Sequence[Tiers], rows: Sequence[Tiers]) -> tuple[KnownAccount, ...]:
    """Return the accounts to write down: trusted when this is the first that we hear of the firm.

    A firm that the register already holds is known by the account it has there, even if no invoice came from it yet.
    """
    known = books.find(KnownAccount)
    ids, firms = {one.id for one in known}, {one.siren for one in known}
    first = [_account(app, one, trusted=True) for one in held if one.siren not in firms]
    firms |= {one.siren for one in held}
    references = {one.id: one.account.iban for one in held}  # nor does another number make it another firm
    found: dict[str, KnownAccount] = {}
    for account in (*first, *(_new(app, one, firms, references) for one in rows)):
        if account.id not in ids:
            found.setdefault(account.id, account)
    return tuple(found.values())


def _new(app: App, row: Tiers, firms: Set[str], references: Mapping[str, str]) -> KnownAccount:
    same = references.get(row.id, row.account.iban) == row.account.iban
    return _account(app, row, trusted=same and row.siren not in firms)


def _account(app: App, tiers: Tiers, *, trusted: bool) -> KnownAccount:
    return KnownAccount(
        id=account_id(tiers.siren, tiers.account.iban),
        siren=tiers.siren,
        iban=tiers.account.iban,
        name=tiers.name,
        seen_in="registre des tiers",
        seen_on=app.clock.today(),
        trusted=trusted,
    )


def _to_clear(app: App, account: KnownAccount) -> Event:
    motif = f"compte {mask(account.iban)} de {account.name}, nouveau dans le registre des tiers"
    return app.event(Subject.TIERS, account.siren, "", TO_CLEAR, motif)


def _notice(account: KnownAccount) -> str:
    return (
        f"{account.name} ({account.siren}) : le compte {mask(account.iban)} est nouveau pour ce fournisseur, "
        f"{TO_CLEAR} : dematfin tiers iban valider. D'ici là, il n'est pas payé dessus."
    )
