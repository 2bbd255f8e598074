"""Payments that only Chorus Pro shows: where the comptable sends no retour, it is their only sign.

Hélios posts MISE_EN_PAIEMENT by itself once it has paid. A budget that gets retours is told by them, with the amount:
Chorus Pro is then only compared (`domain/figures/coherence`).
"""

from dataclasses import replace
from datetime import date

from dematfin.domain.event import Subject
from dematfin.domain.invoice.chorus import PAID
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, Flux
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reissue import issued_again
from dematfin.domain.reception import Reception
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books
from dematfin.steps.made_elsewhere import made_elsewhere
from dematfin.steps.outcome import Outcome, Tally

ACCEPTED = frozenset({AcquitSummary.ACCEPTED, AcquitSummary.PARTLY})
TOLD = frozenset({MandatState.TAKEN_IN_CHARGE, MandatState.ON_HOLD, MandatState.REJECTED, MandatState.PARTLY_PAID})
"""Where a retour alone brings a mandat, though it may tell no day."""


def shown_paid(app: App) -> Outcome:
    """Write down the payments of mandats that Hélios has taken and of which no retour will ever speak."""
    tally = Tally("paiements lus dans Chorus Pro")
    if not app.policy.trusts_payments:
        return tally.outcome()
    with app.ledger.reading() as books:
        silent = [one for one in books.find(Mandat, state=MandatState.SENT) if not _told_by_retours(books, one.siret)]
    for mandat in silent:
        with tally.item(f"Mandat {mandat.id}"), app.ledger.transaction() as books:
            if _is_paid(app, books, now := books.get(Mandat, mandat.id)):
                _keep(app, books, now)
                tally.done(mandat.id)
    return tally.outcome()


def _told_by_retours(books: Books, siret: str) -> bool:
    """Say whether the comptable has ever spoken of a mandat of this budget in a retour."""
    ever = Between(low=date.min)
    if any(books.first(Mandat, 1, "id", siret=siret, **{day: ever}) for day in ("taken_on", "held_on", "rejected_on")):
        return True
    paid = books.first(Mandat, 1, "id", siret=siret, state=MandatState.PAID, paid_shown=False)
    return bool(paid or books.first(Mandat, 1, "id", siret=siret, state=TOLD))


def _is_paid(app: App, books: Books, mandat: Mandat) -> bool:
    """Every invoice that it pays is shown so, none is paid by another mandat too, and Hélios took its bordereau."""
    if mandat.state is not MandatState.SENT or mandat.kind is MandatKind.REDUCTION or not _integrated(books, mandat):
        return False
    paid = [one for one in books.find(Invoice, id=mandat.invoice_ids) if not one.is_credit_note]
    return bool(paid) and all(
        one.origin is Origin.CHORUS and one.remote_status == PAID and _alone(app, books, one, mandat) for one in paid
    )


def _integrated(books: Books, mandat: Mandat) -> bool:
    """Say whether Hélios took its bordereau, and no other: Chorus Pro may show its life before a rejection."""
    sheets = books.find(Bordereau, siret=mandat.siret, exercice=mandat.exercice)
    mine = [one for one in sheets if one.id == mandat.bordereau and not one.refused]
    if not mine or issued_again((mandat,), sheets):
        return False
    return any(one.acquit in ACCEPTED for one in books.find(Flux, id=mine[0].flux))


def _alone(app: App, books: Books, invoice: Invoice, mandat: Mandat) -> bool:
    made = (*books.find(Mandat, siret=mandat.siret, reference=mandat.reference), *made_elsewhere(app, books, [invoice]))
    others = [one for one in made if one.id != mandat.id and one.state is not MandatState.CANCELLED]
    return not any(invoice.id in one.invoice_ids for one in others)


def _keep(app: App, books: Books, mandat: Mandat) -> None:
    days = [one.status_on for one in books.find(Reception, invoice_id=mandat.invoice_ids) if one.status_on]
    paid_on = mandat.paid_before or max(days, default=None)
    paid = replace(mandat, state=MandatState.PAID, paid=mandat.amount, paid_on=paid_on, paid_shown=True)
    books.save(paid)
    motif = "mise en paiement lue dans Chorus Pro, le comptable n'envoie pas de retour pour ce budget"
    books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, paid.state, motif, by="chorus"))
