"""Where everything stands today: one row an invoice, one a flow, and what needs somebody."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dematfin.domain import labels
from dematfin.domain.figures.alerts import alerts
from dematfin.domain.figures.flow_alerts import INFORMATION
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.in_flight import InFlight, Sent, in_flight
from dematfin.domain.figures.urgency import URGENT
from dematfin.domain.finding import blocking
from dematfin.domain.head import NOTHING, Head
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.together import leading
from dematfin.domain.money import ZERO
from dematfin.domain.parties.waiver import Waiver, newest_first
from dematfin.domain.visa.folder import FolderState, VisaFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """One invoice as a list shows it.

    Attributes:
        ttc: negative for a credit note.
        label: its state in French; once it is to pay, that of its mandat.
        mandat: number of its mandat, 0 before it has one; of several, that of the one on which it waits.
        due_on: end of the legal delay; `visa_due_on` that of the visa, while it is awaited.
    """

    id: str
    origin: str
    remote_id: str
    number: str
    kind: str
    supplier: str
    supplier_siret: str
    siret: str
    service: str
    ttc: Decimal
    state: str
    label: str
    mandat_id: str = ""
    mandat: int = 0
    bordereau: str = ""
    received_on: date
    due_on: date
    visa_due_on: date | None = None
    paid_on: date | None = None
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxRow:
    """One flow as a list shows it."""

    nomfic: str
    bordereaux: tuple[str, ...]
    label: str
    acquit: str
    total: Decimal
    remote_id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole picture at one date.

    Attributes:
        by_state: counts invoices and adds their TTC, by label.
        in_flight: what has left and is still to be answered, the oldest first.
        head: of what was sealed when it was drawn.
        small: one person may do here what two do elsewhere; `waivers` says each time when it was so, the last first.
    """

    name: str
    today: date
    invoices: tuple[InvoiceRow, ...]
    flux: tuple[FluxRow, ...]
    by_state: dict[str, tuple[int, Decimal]]
    in_flight: tuple[InFlight, ...]
    alerts: tuple[str, ...]
    small: bool
    waivers: tuple[Waiver, ...]
    head: Head = NOTHING


def overview(name: str, now: datetime, held: Holdings, *, small: bool) -> Overview:
    """Draw the picture; `now` is in local time."""
    rows = tuple(invoice_rows(held))
    return Overview(
        name=name,
        today=now.date(),
        invoices=rows,
        flux=tuple(_flux_rows(held)),
        by_state=_by_state(rows),
        in_flight=in_flight(
            Sent(flux=held.flux, bordereaux=held.bordereaux, mandats=held.mandats, answers=held.answers), now
        ),
        alerts=tuple(sorted(alerts(held, now), key=_rank)),
        small=small,
        waivers=newest_first(held.waivers),
    )


def _rank(alert: str) -> int:
    """Put what is urgent first and what is told for information last; between them the order of their families."""
    return 0 if alert.startswith(URGENT) else 2 if alert.startswith(INFORMATION) else 1


def invoice_rows(held: Holdings) -> Iterator[InvoiceRow]:
    """Yield one row an invoice, in the order of their ids."""
    mandats: dict[str, list[Mandat]] = {}
    for mandat in held.mandats:
        for key in mandat.invoice_ids:
            mandats.setdefault(key, []).append(mandat)
    waiting = {folder.invoice_id: folder for folder in held.folders if folder.state is FolderState.IN_CIRCUIT}
    for invoice in held.invoices:
        yield _row(invoice, mandats.get(invoice.id, ()), waiting.get(invoice.id), held.days_for(invoice))


def _row(invoice: Invoice, mandats: Sequence[Mandat], folder: VisaFolder | None, days: int) -> InvoiceRow:
    content = invoice.content
    mandat = leading(mandats)
    return InvoiceRow(
        id=invoice.id,
        origin=invoice.origin,
        remote_id=invoice.remote_id,
        number=invoice.number,
        kind=content.kind,
        supplier=content.supplier.name,
        supplier_siret=content.supplier.identifier,
        siret=invoice.siret,
        service=content.service_code,
        ttc=invoice.signed_amount,
        state=invoice.state,
        label=label(invoice, mandats),
        mandat_id=mandat.id if mandat else "",
        mandat=mandat.number if mandat else 0,
        bordereau=mandat.bordereau if mandat else "",
        received_on=invoice.notified_on,
        due_on=invoice.delay(days).deadline,
        visa_due_on=folder.due_on if folder else None,
        paid_on=mandat.paid_on if mandat and mandat.state is MandatState.PAID else None,
        blocked=tuple(finding.sentence for finding in blocking(invoice.findings)),
    )


def label(invoice: Invoice, mandats: Iterable[Mandat]) -> str:
    """Say where an invoice stands, in French."""
    of_mandats = labels.of_mandats(mandats) if invoice.state is InvoiceState.TO_PAY else ""
    return of_mandats or labels.INVOICE[invoice.state]


def _flux_rows(held: Holdings) -> Iterator[FluxRow]:
    totals: Mapping[str, Decimal] = {bordereau.id: bordereau.total for bordereau in held.bordereaux}
    for flux in held.flux:
        yield FluxRow(
            nomfic=flux.id,
            bordereaux=flux.bordereaux,
            label=labels.FLUX[flux.state],
            acquit=flux.acquit,
            total=sum((totals.get(key, ZERO) for key in flux.bordereaux), ZERO),
            remote_id=flux.remote_id,
            message=flux.message,
        )


def _by_state(rows: Iterable[InvoiceRow]) -> dict[str, tuple[int, Decimal]]:
    counts = Counter(row.label for row in rows)
    return {
        state: (count, sum((row.ttc for row in rows if row.label == state), ZERO)) for state, count in counts.items()
    }
