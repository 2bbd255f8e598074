"""Made elsewhere: the finance software's mandats of invoices. Ours bear the number of what they pay, these need not."""

import re
from collections.abc import Iterable
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

MANDAT: Final = re.compile(r"\bM\d{4}-\d{6,}\b")


def made_elsewhere(app: App, books: Books, invoices: Iterable[Invoice]) -> tuple[Mandat, ...]:
    """Return the mandats of the finance software that pay invoices: the journal of each invoice names them."""
    keys = {one.id for one in invoices if app.policy.owns(one.siret) and app.policy.budget(one.siret).editor}
    told = app.ledger.history(Subject.INVOICE, tuple(keys)) if keys else ()
    named = {key for one in told for key in MANDAT.findall(one.event.motif)}
    found = books.find(Mandat, id=tuple(named), editor=True) if named else ()
    return tuple(one for one in found if keys & set(one.invoice_ids))
