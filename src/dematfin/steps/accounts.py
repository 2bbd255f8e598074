"""The accounts on which a firm may be paid; those of the register are trusted when we first hear of the firm."""

from collections.abc import Iterable

from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.parties.tiers import Tiers
from dematfin.ports.app import App
from dematfin.ports.ledger import Books


def accounts_of(app: App, books: Books, siren: str, tiers: Iterable[Tiers]) -> tuple[KnownAccount, ...]:
    """Return the accounts of a firm, cleared or not, and remember those that are trusted from now on."""
    known = books.find(KnownAccount, siren=siren)
    if known:
        return known
    first = trusted(app, tiers)
    books.save(*first)
    return first


def trusted(app: App, tiers: Iterable[Tiers]) -> tuple[KnownAccount, ...]:
    """Return the accounts of the register, as they are trusted when nothing else is known of a firm."""
    return tuple({one.account.iban: _trusted(app, one) for one in tiers}.values())


def _trusted(app: App, tiers: Tiers) -> KnownAccount:
    return KnownAccount(
        id=account_id(tiers.siren, tiers.account.iban),
        siren=tiers.siren,
        iban=tiers.account.iban,
        name=tiers.name,
        seen_in="registre des tiers",
        seen_on=app.clock.today(),
        trusted=True,
    )
