"""What a supplier wrote on an invoice, and the files that came with it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dematfin.domain.document import DocumentRef
from dematfin.domain.money import ZERO
from dematfin.domain.parties.identity import CHORUS, REFERENCE, firm
from dematfin.domain.parties.tiers import Tiers


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
        """The key of the firm: an invoice may come from any of its establishments, and not all firms are French."""
        return firm(self.identifier_kind, self.identifier)


def supplier_of(tiers: Tiers, iban: str) -> Supplier:
    """Return a creditor of the register as the supplier of an invoice on paper, which bears an account or none."""
    kinds = {ours: chorus for chorus, ours in CHORUS.items()}
    kind = kinds.get(tiers.identifier_kind, tiers.identifier_kind) if tiers.identifier else REFERENCE
    return Supplier(
        identifier_kind=kind,
        identifier=tiers.identifier or tiers.id,
        name=tiers.name,
        country=tiers.address.country or "FR",
        iban=iban,
    )


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
class InvoiceLine:
    """One line of an invoice, as far as it is structured; a PDF alone has none."""

    number: int
    reference: str = ""
    quantity: Decimal
    unit_price: Decimal
    ht: Decimal
    vat_rate: Decimal | None = None


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
        payment_mode: how it is, or was, to be paid (UNCL 4461: 30 credit transfer, 49 direct debit...).
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
    payment_mode: str = ""
    lines: tuple[InvoiceLine, ...] = ()
    attachments: tuple[Attachment, ...]

    @property
    def fingerprints(self) -> str:
        """SHA-256 of each document, as the event that tells of the invoice names them."""
        return " ".join(one.document.sha256 for one in self.attachments)
