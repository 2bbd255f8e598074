"""Stopped: what Chorus Pro shows of an invoice, or refused to be told, before any mandat of ours pays it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.reception import UNREAD, Reception
from dematfin.domain.restoration import Trace, TraceState, paying
from dematfin.ports.ledger import Books

ENDED: Final = frozenset({Stage.MANDATED, Stage.REJECTED, Stage.SUSPENDED, Stage.RECYCLED})
"""Shown by Chorus Pro before our own mandat exists: somebody else has paid it, or sent it back."""
PAID: Final = (
    "Facture {invoice} : le {mandat} la paie {sure}, il est parti avant que la base ne soit remise à un état plus "
    "ancien (flux {flux}). Elle n'est pas mandatée. Si ce flux n'a pas abouti : dematfin reprise sans-suite {trace}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """What was read once for many invoices: what Chorus Pro refused, by invoice, what it announces anew, and what left
    before the base was restored."""

    refused: Mapping[str, str]
    unread: frozenset[str]
    traces: tuple[Trace, ...] = ()

    def why(self, invoice: Invoice) -> str:
        """Say why an invoice may not be mandated: found now, it keeps no signed flow from leaving."""
        if invoice.id in self.refused:
            return f"Facture {invoice.id} : elle n'est pas mandatée. {self.refused[invoice.id]}"
        if invoice.remote_id in self.unread:
            return (
                f"Facture {invoice.id} : Chorus Pro l'annonce de nouveau et ce qu'elle contient maintenant n'est pas "
                "encore lu. Elle n'est pas mandatée avant."
            )
        if (paid := next(paying(self.traces, invoice), None)) is not None:
            sure = "déjà" if paid[1].pays(invoice) else "peut-être déjà (même compte)"
            return PAID.format(invoice=invoice.id, mandat=paid[1].key, sure=sure, flux=paid[0].nomfic, trace=paid[0].id)
        if stage(invoice.remote_status) in ENDED:
            return (
                f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} », elle n'est pas "
                "mandatée. Vérifiez dans Chorus Pro qui l'a changée."
            )
        return ""


def stops(books: Books) -> Stops:
    """Read what Chorus Pro stops."""
    refused = books.find(Intention, state=IntentionState.REFUSED)
    return Stops(
        refused={one.invoice_id: one.outcome for one in refused},
        unread=frozenset(one.id for one in books.find(Reception, state=UNREAD)),
        traces=books.find(Trace, state=(TraceState.FOUND, TraceState.LEFT)),
    )
