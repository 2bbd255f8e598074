"""What whoever signs should look at first in a bordereau: one line each, of what is already known."""

from collections.abc import Iterator

from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import Waiver
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.signatures import Sheet


def exceptions(app: App, who: Person, sheet: Sheet) -> tuple[str, ...]:
    """Return what is not usual in a bordereau: new accounts, one person for two duties, no engagement, late."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        found = [line for mandat in sheet.mandats for line in _of_mandat(app, books, mandat)]
        keys = [key for mandat in sheet.mandats for key in (mandat.id, *mandat.invoice_ids)]
        waivers = books.find(Waiver, subject_id=(sheet.bordereau.id, *keys))
    return (*found, *(f"Petite commune : {one.what}." for one in waivers))


def _of_mandat(app: App, books: Books, mandat: Mandat) -> Iterator[str]:
    name = f"Mandat n° {mandat.number}, {mandat.tiers.name}"
    key = account_id(mandat.tiers.siren, mandat.tiers.account.iban)
    for account in books.find(KnownAccount, id=key):
        if not account.trusted:
            by = " et ".join(dict.fromkeys(call.by for call in account.calls)) or "personne"
            yield f"{name} : IBAN changé ({mask(account.iban)}), confirmé par {by}."
    if not mandat.engagement:
        yield f"{name} : sans engagement."
    if (late := (app.clock.today() - mandat.dgp.deadline).days) > 0:
        yield f"{name} : délai de paiement dépassé de {late} jour{'s' if late > 1 else ''}."
