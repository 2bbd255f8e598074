"""Candidates: the invoices of ours that the mandats of a finance software may pay."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Final

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.disagreements import due
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing
from dematfin.domain.editor.taken_up import CAME_BACK
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.payee import Assignment
from dematfin.domain.parties.tiers import Tiers
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books
from dematfin.steps.made_elsewhere import mandats_of

OLDEST: Final = timedelta(days=3 * 366)
"""An older invoice is paid so rarely that a person names it."""
GONE: Final = frozenset({InvoiceState.REFUSED, InvoiceState.CANCELLED})
"""Never paid: the supplier's next one, or its twin, bears the same number, and is the one to find."""


def candidates(app: App, books: Books, editor_flow: str, claims: Iterable[Claim]) -> tuple[Candidate, ...]:
    """Return the invoices of the firms of some claims, of all the budgets that a finance software mandates."""
    firms = {one.siren for one in claims if one.siren}
    firms |= _behind_factors(books, firms)
    budgets = tuple(one.siret for one in app.policy.budgets if one.editor)
    recent = Between(low=app.clock.today() - OLDEST)
    found = books.find(Invoice, supplier_siren=tuple(firms), issued_on=recent) if firms else ()
    kept = [one for one in found if one.state not in GONE and one.siret in budgets]
    taken = taken_elsewhere(books, editor_flow)
    made = mandats_of(app, books, [one.id for one in kept if one.state is InvoiceState.TO_PAY])
    free = {one.id for one in kept if one.id not in taken and is_free(one, made.get(one.id, ()))}
    return tuple(_candidate(one, app.policy.days_for(one), free=one.id in free) for one in kept)


def is_free(invoice: Invoice, mandats: Collection[Mandat]) -> bool:
    """Say whether no mandat orders to pay an invoice: none, or only cancelled ones, or a finance software's, which came
    back."""
    if invoice.state is InvoiceState.ELSEWHERE or invoice.state in GONE:
        return False
    if invoice.state is not InvoiceState.TO_PAY:
        return True
    return bool(mandats) and all(
        (one.editor and one.state in CAME_BACK) or (one.state is MandatState.CANCELLED and not one.paid)
        for one in mandats
    )


def way_out(mandats: Iterable[Mandat]) -> str:
    """Say how an invoice is freed of the mandats that we made before the finance software did, and never sent."""
    ours = [one.id for one in mandats if not one.editor and one.state is MandatState.PREPARED and not one.bordereau]
    told = ", ".join(f'dematfin mandat annuler {key} --motif "…"' for key in ours)
    return f" Si c'est le logiciel financier qui la mandate, annulez d'abord le nôtre ({told})." if told else ""


def taken_elsewhere(books: Books, editor_flow: str) -> Mapping[str, str]:
    """Return the invoices that other open imports pay, each with the id of that import."""
    others = tuple(one.id for one in books.find(EditorFlow, state=EditorFlowState.OPEN) if one.id != editor_flow)
    paired = books.find(Pairing, editor_flow=others) if others else ()
    return {one.invoice_id: one.editor_flow for one in paired if one.state in WITH_INVOICE}


def _behind_factors(books: Books, firms: Collection[str]) -> set[str]:
    """Return the firms whose claims were handed over to one of these: the mandat pays the factor, not the supplier."""
    handed = [one for one in books.find(Assignment) if one.ended_on is None]
    if not handed:
        return set()
    factors = {one.id for one in books.find(Tiers, id={one.factor for one in handed}) if one.siren in firms}
    return {one.firm for one in handed if one.factor in factors}


def _candidate(invoice: Invoice, days: int, *, free: bool) -> Candidate:
    return Candidate(
        invoice_id=invoice.id,
        siret=invoice.siret,
        siren=invoice.supplier_siren,
        supplier=invoice.content.supplier.name,
        number=invoice.number,
        amount=due(invoice),
        engagement=invoice.engagement,
        marche=invoice.marche,
        iban=invoice.iban,
        issued_on=invoice.issued_on,
        notified_on=invoice.notified_on,
        delay_starts_on=invoice.delay(days).start,
        remote_id=invoice.remote_id,
        free=free,
    )
