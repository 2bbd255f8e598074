"""A settlement: one mandat paid, with the days that its legal delay is made of."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dematfin.domain.invoice.invoice import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Written when we learn of the payment, never changed: what contradicts it later is told by a happening.

    A réduction never makes one, nor a mandat that no invoice asks for.

    Attributes:
        id: that of the mandat.
        known_at: instant of the event that told the payment: it decides of the month in which it is counted, so that
            a retour that comes late changes no closed month.
        invoice_id, number: the invoice whose delay is the mandat's (the one that started last); `invoices`: how many.
        siret, service, supplier, supplier_siren, origin: of that invoice.
        ttc: amount of the mandat, in euros.
        gross_start: first day of the delay as if it had never been interrupted; `start`: after its interruption, the
            day when all was received (`gross_start` when it never was); `deadline`: last day; `days`: duration of the
            delay in days (30).
        true_start: day when the invoice, or the refused one that it replaces, first came.
        mandated_on: when the comptable received the mandat (décret 2013-269, art. 13-I): end of the ordonnateur's part.
            Nobody tells us that day: it is that of the acquit of its flow, else of its deposit, else of the bordereau
            and two days more; never later than the prise en charge or the payment, which show that he had it.
        suspended: days during which the comptable had suspended it, from one answer of his to the next.
        paid_on: mise en paiement.
        late_base: what late interest is counted on: TTC that the mandat orders to pay, no retenue de garantie in it.
        claimed: an earlier mandat of the same invoice was paid late already: the flat sum is due once for each request.
        first_pass: no correction, interruption, refusal or rejection on its way.
        after_payment: the money had left by itself (direct debit, régie): counted apart, nobody waited.
    """

    id: str
    known_at: datetime
    invoice_id: str
    number: str
    invoices: int = 1
    siret: str
    service: str
    supplier: str
    supplier_siren: str
    origin: Origin
    ttc: Decimal
    gross_start: date
    start: date
    deadline: date
    days: int
    true_start: date
    mandated_on: date
    suspended: int = 0
    paid_on: date
    late_base: Decimal
    first_pass: bool
    after_payment: bool = False
    claimed: bool = False

    @property
    def late(self) -> bool:
        """Whether it was paid after its last day."""
        return self.paid_on > self.deadline
