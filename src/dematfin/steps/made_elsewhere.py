"""Made elsewhere: the finance software's mandats of invoices. Ours bear the number of what they pay, these need not.

The journal of each invoice names its mandats, so that no list of them is read for it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

MANDAT: Final = re.compile(r"\bM\d{4}-\d{6,}\b")
TOGETHER: Final = 1000
"""Histories that are read together."""


def made_elsewhere(app: App, books: Books, invoices: Iterable[Invoice]) -> tuple[Mandat, ...]:
    """Return the mandats of the finance software that pay invoices."""
    keys = {one.id for one in invoices if app.policy.owns(one.siret) and app.policy.budget(one.siret).editor}
    return tuple(one for one in _named(app, books, keys) if one.editor and keys & set(one.invoice_ids))


def mandats_of(app: App, books: Books, invoices: Collection[str]) -> Mapping[str, tuple[Mandat, ...]]:
    """Return the mandats of some invoices, ours and the finance software's."""
    found: dict[str, tuple[Mandat, ...]] = {}
    for mandat in _named(app, books, invoices):
        for key in mandat.invoice_ids:
            found[key] = (*found.get(key, ()), mandat)
    return found


def _named(app: App, books: Books, invoices: Collection[str]) -> tuple[Mandat, ...]:
    keys, told = tuple(invoices), set[str]()
    for start in range(0, len(keys), TOGETHER):
        events = app.ledger.history(Subject.INVOICE, keys[start : start + TOGETHER])
        told.update(key for one in events for key in MANDAT.findall(one.event.motif))
    return books.find(Mandat, id=tuple(told)) if told else ()
