"""An invoice: what the supplier wrote (`Content`), and what we know of it (`Invoice`)."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.delay.dgp import Dgp, delay, resumed
from dematfin.domain.document import DocumentRef
from dematfin.domain.finding import Finding
from dematfin.domain.invoice.chorus import Passage, first_completion, first_suspension
from dematfin.domain.invoice.content import Content, InvoiceKind
from dematfin.domain.invoice.lifecycle import INVOICE_MACHINE, InvoiceState
from dematfin.domain.money import euros
from dematfin.domain.registers import engagement_id


class Origin(StrEnum):
    """By which door an invoice came."""

    CHORUS = "CHORUS"
    SCAN = "SCAN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """A blocking finding that a named person lets pass, and why; `about` as in the finding."""

    code: str
    about: str
    by: str
    motif: str


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
        admitted: TTC that the visa admits when the service is done in part; None: all of it (CCP R. 2192-34).
        siret: the budget that pays: a former SIRET on the invoice leads to the present one.
        service, engagement, marche: as the supplier wrote them, or as an agent corrected them.
        interrupted_on: day when the legal delay was interrupted: once in the life of a request (CCP R. 2192-27).
        resumed_on: day when all that the interruption asked for was received, None as long as nobody knows.
        paid_before, paid_by: day on which the money left by itself (direct debit, card, régie), as an agent said it,
            and the ModRegl code of how: its mandat only puts that in order, it never pays.
        letter: what was last written to its supplier: the notification that interrupted the delay, or, about a
            paper, that it is sent back, refused, or should have come through Chorus Pro.
        passages: the statuses that the neighbour's history showed when it was last downloaded, oldest first.
        forced: what a person has let pass, in this episode.
        number, number_key, supplier_siren, supplier_key, iban, ttc, main_file, issued_on: taken from `content`, for
            the ledger to search by (`number_key`, `supplier_key`: normalised; `main_file`: fingerprint of the
            invoice's own file); `engagement_key` from `engagement`.
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
    supplier_key: str
    iban: str
    ttc: Decimal
    main_file: str
    issued_on: date
    service: str = ""
    engagement: str = ""
    engagement_key: str = ""
    marche: str = ""
    remote_status: str = ""
    notified_on: date
    executed_on: date | None = None
    admitted: Decimal | None = None
    interrupted_on: date | None = None
    resumed_on: date | None = None
    paid_before: date | None = None
    paid_by: str = ""
    letter: DocumentRef | None = None
    passages: tuple[Passage, ...] = ()
    findings: tuple[Finding, ...] = ()
    forced: tuple[Forced, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        """Whether it lessens what is due."""
        return self.content.kind is InvoiceKind.CREDIT_NOTE

    @property
    def signed_amount(self) -> Decimal:
        """TTC to the cent, negative for a credit note: what the accounts add up."""
        return -self.ttc if self.is_credit_note else self.ttc

    def delay(self, days: int) -> Dgp:
        """Return its legal delay, interruption counted: the same on its mandat, in lists and in reminders."""
        return resumed(delay(self.notified_on, self.executed_on, days), self.interrupted_on, self.resumed_on)

    def moved(self, state: InvoiceState) -> "Invoice":
        """Return the invoice in its next state, by an act of ours, or raise IllegalTransition."""
        return replace(self, state=INVOICE_MACHINE.check(f"Facture {self.id}", self.state, state))


def normalised(number: str) -> str:
    """Return what two ways of writing one invoice number share.

    >>> normalised("f 2026-00412") == normalised("F2026/412")
    True
    """
    text = re.sub(r"[\s\-/._]+", " ", number.upper())
    groups = re.findall(r"\d+|[^\d\s]+", text)
    return "".join(group.lstrip("0") or "0" if group.isdigit() else group for group in groups)


UNFOLDED: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "‘": "'", "-": " "})
"""What Unicode does not take apart, and what people type one for the other."""
LONGEST_KEY: Final = 200
"""Signs of a name that are searched: an index takes no more, and no firm has more."""


def search_key(name: str) -> str:
    """Return a name as it is searched: upper case, no accents, no hyphens, single spaces, 200 signs at most.

    >>> search_key("Énergie  du Val"), search_key("Les Bœufs d’Aix-en-Lac")
    ('ENERGIE DU VAL', "LES BOEUFS D'AIX EN LAC")
    """
    return " ".join(folded(name).split())[:LONGEST_KEY]


def folded(text: str) -> str:
    """Return a text in upper case, without accents, ligatures nor hyphens: what two ways of typing it share."""
    plain = unicodedata.normalize("NFKD", text.translate(UNFOLDED))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How an invoice came: by which door, for which budget, and what the neighbour says of it."""

    origin: Origin
    remote_id: str
    remote_status: str
    siret: str
    notified_on: date
    passages: tuple[Passage, ...] = ()


def received(invoice_id: str, content: Content, arrival: Arrival) -> Invoice:
    """Return the record of an invoice that has just come in."""
    invoice = Invoice(
        id=invoice_id,
        origin=arrival.origin,
        remote_id=arrival.remote_id,
        state=InvoiceState.RECEIVED,
        content=content,
        number=content.number,
        number_key=normalised(content.number),
        siret=arrival.siret,
        supplier_siren=content.supplier.siren,
        supplier_key=search_key(content.supplier.name),
        iban=content.supplier.iban,
        ttc=euros(content.amounts.ttc),
        main_file=next((item.document.sha256 for item in content.attachments if item.main), ""),
        issued_on=content.issued_on,
        remote_status=arrival.remote_status,
        notified_on=arrival.notified_on,
        interrupted_on=first_suspension(arrival.passages),
        resumed_on=first_completion(arrival.passages),
        passages=arrival.passages,
    )
    return routed(invoice, content.service_code, content.engagement, content.marche)


def routed(invoice: Invoice, service: str, engagement: str, marche: str) -> Invoice:
    """Return the invoice addressed to a service, against an engagement."""
    key = engagement_id(invoice.siret, engagement) if engagement else ""
    return replace(invoice, service=service, engagement=engagement, engagement_key=key, marche=marche)
