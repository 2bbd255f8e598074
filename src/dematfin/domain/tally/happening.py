"""A happening: something that is counted in the month when the journal tells it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.money import ZERO


class What(StrEnum):
    """What happened."""

    CAME = "CAME"  # an invoice came in, for the first time
    CAME_BACK = "CAME_BACK"  # the same one came back from its supplier
    REFUSED = "REFUSED"  # we refused it: `motif`
    SENT_BACK = "SENT_BACK"  # its supplier has to address it anew: `motif`
    INTERRUPTED = "INTERRUPTED"  # its legal delay was interrupted: `motif`
    VISA = "VISA"  # a desk decided: `code` the desk, `person`, `due_on` the last day that it had, `on` the day it did
    MANDATED = "MANDATED"  # a mandat took its number: `amount` TTC, `ht`, `code` its chapitre and nature
    MANDAT_SENT = "MANDAT_SENT"  # it left for Hélios
    MANDAT_REFUSED = "MANDAT_REFUSED"  # its bordereau was refused at the gate: `code` NumAnoAck
    MANDAT_HELD = "MANDAT_HELD"  # the comptable suspended it: `code`, `motif`
    MANDAT_REJECTED = "MANDAT_REJECTED"  # the comptable rejected it: `code`, `motif`
    MANDAT_CANCELLED = "MANDAT_CANCELLED"  # it was cancelled, or reduced: counted apart
    FLUX_SENT = "FLUX_SENT"  # a flow left
    FLUX_REFUSED = "FLUX_REFUSED"  # the TdT or the gate refused it: `code` NumAnoAck or the TdT's word
    DUPLICATE = "DUPLICATE"  # an invoice was stopped as a double of another
    DUPLICATE_CONFIRMED = "DUPLICATE_CONFIRMED"  # somebody agreed that it was one: `amount` was not paid twice
    ACCOUNT_ALERT = "ACCOUNT_ALERT"  # a bank account was new or had changed
    ACCOUNT_CLEARED = "ACCOUNT_CLEARED"  # two people called back and let it pass
    ACCOUNT_REFUSED = "ACCOUNT_REFUSED"  # it was no account of that supplier
    PIECE_MISSING = "PIECE_MISSING"  # a mandat was kept out of bordereaux for want of a document: `code` its kind
    BATCH_CUT = "BATCH_CUT"  # a file of paper was published: `count` pages, `motif` empty
    BATCH_HELD = "BATCH_HELD"  # it was held: a sheet may have been missed
    SHEET_MISSED = "SHEET_MISSED"  # somebody found a sheet that was not seen: `count`


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One fact to count, with what counts are told by.

    Attributes:
        id: place of its event in the journal, and its rank among what that event tells.
        at: instant of the event: it decides of the month.
        about: id of what it happened to; `invoice_id`: of the invoice concerned, if one is.
        siret, service, supplier, supplier_siren, origin: of that invoice, empty where there is none.
        amount: TTC in euros, `ht` where it is known; `count`: how many things.
        code: stable code that rejections and anomalies are grouped by; `motif`: its French words.
        person: who did it, as the journal names it.
        due_on, on: a last day, and the day on which it was done.
    """

    id: str
    at: datetime
    what: What
    about: str
    invoice_id: str = ""
    siret: str = ""
    service: str = ""
    supplier: str = ""
    supplier_siren: str = ""
    origin: Origin | None = None
    amount: Decimal = ZERO
    ht: Decimal = ZERO
    count: int = 1
    code: str = ""
    motif: str = ""
    person: str = ""
    due_on: date | None = None
    on: date | None = None
