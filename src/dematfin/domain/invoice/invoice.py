"""An invoice: what the supplier wrote (`Content`), and what we know of it (`Invoice`)."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dematfin.domain.document import DocumentRef
from dematfin.domain.finding import Finding
from dematfin.domain.invoice.lifecycle import INVOICE_MACHINE, InvoiceState
from dematfin.domain.money import ZERO, euros
from dematfin.domain.parties.siret import siren


class Origin(StrEnum):
    """By which door an invoice came."""

    CHORUS = "CHORUS"
    SCAN = "SCAN"


class InvoiceKind(StrEnum):
    """An invoice to pay, or a credit note that lessens one."""

    INVOICE = "FACTURE"
    CREDIT_NOTE = "AVOIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """The supplier as written on the invoice, before any register says who it is."""

    identifier_kind: str
    identifier: str
    name: str
    country: str = "FR"
    iban: str = ""
    factor: str = ""

    @property
    def siren(self) -> str:
        """The firm: an invoice may come from any of its establishments."""
        return siren(self.identifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class VatLine:
    """VAT of one rate, in percent."""

    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Totals as written, never negative: a credit note is told by its kind, not by a sign.

    Attributes:
        payable: what the supplier still asks for; less than `ttc` when a deposit was paid.
        vat: one line a rate; may be empty.
    """

    ht: Decimal
    ttc: Decimal
    payable: Decimal
    vat: tuple[VatLine, ...] = ()

    @property
    def tva(self) -> Decimal:
        """VAT of all rates; what separates TTC from HT when no line is given."""
        return sum((line.amount for line in self.vat), ZERO) if self.vat else self.ttc - self.ht


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with the invoice, byte for byte.

    Attributes:
        name: given by the sender: data to show, never a path.
        main: the invoice itself, as opposed to an annex.
    """

    name: str
    media_type: str
    main: bool
    document: DocumentRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the invoice says.

    Attributes:
        siret: establishment that is asked to pay.
        frame: cadre de facturation of Chorus Pro, A1 to A25 (A2: already paid).
        origin_number: number of the invoice that a credit note corrects.
        received_on: deposit date of the supplier; the legal delay does not run from it.
    """

    number: str
    kind: InvoiceKind
    frame: str
    supplier: Supplier
    siret: str
    service_code: str
    engagement: str
    marche: str
    issued_on: date
    delivered_on: date | None = None
    received_on: date
    currency: str
    amounts: Amounts
    origin_number: str = ""
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice under one identifier, from the notification to the payment.

    Attributes:
        id: allotted by the ledger.
        origin, remote_id: natural key; a second import of the same one changes nothing.
        episode: 1, and one more each time the invoice comes back from the supplier.
        remote_status: last status that the neighbour showed, in its own words.
        notified_on: first day when the invoice was at our disposal: the legal delay runs from it
            (CCP R. 2192-15).
        executed_on: day of the service fait, told by the visa; the delay runs from it if later
            (CCP R. 2192-13).
        number, number_key, siret, supplier_siren, ttc, main_file: taken from `content`, for the ledger to search by
            (`number_key`: the number normalised; `main_file`: fingerprint of the invoice's own file).
    """

    id: str
    origin: Origin
    remote_id: str
    episode: int = 1
    state: InvoiceState
    content: Content
    number: str
    number_key: str
    siret: str
    supplier_siren: str
    ttc: Decimal
    main_file: str
    remote_status: str = ""
    notified_on: date
    executed_on: date | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        """Whether it lessens what is due."""
        return self.content.kind is InvoiceKind.CREDIT_NOTE

    @property
    def signed_amount(self) -> Decimal:
        """TTC to the cent, negative for a credit note: what the accounts add up."""
        return -self.ttc if self.is_credit_note else self.ttc

    def moved(self, state: InvoiceState) -> "Invoice":
        """Return the invoice in its next state, by an act of ours, or raise IllegalTransition."""
        return replace(self, state=INVOICE_MACHINE.check(self.state, state))


def normalised(number: str) -> str:
    """Return what two ways of writing one invoice number share.

    >>> normalised("f 2026-00412") == normalised("F2026/412")
    True
    """
    text = re.sub(r"[\s\-/._]+", " ", number.upper())
    groups = re.findall(r"\d+|[^\d\s]+", text)
    return "".join(group.lstrip("0") or "0" if group.isdigit() else group for group in groups)


def received(
    content: Content, *, invoice_id: str, origin: Origin, remote_id: str, remote_status: str, notified_on: date
) -> Invoice:
    """Return the record of an invoice that has just come in."""
    return Invoice(
        id=invoice_id,
        origin=origin,
        remote_id=remote_id,
        state=InvoiceState.RECEIVED,
        content=content,
        number=content.number,
        number_key=normalised(content.number),
        siret=content.siret,
        supplier_siren=content.supplier.siren,
        ttc=euros(content.amounts.ttc),
        main_file=next((item.document.sha256 for item in content.attachments if item.main), ""),
        remote_status=remote_status,
        notified_on=notified_on,
    )
