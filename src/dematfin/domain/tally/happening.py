"""A happening: something that is counted in the month when the journal tells it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.money import ZERO


class What(StrEnum):
    """What happened."""

    CAME = "CAME"  # an invoice came in, for the first time: `amount` TTC signed, `ht`
    REFUSED = "REFUSED"  # we refused it, or Chorus Pro shows it so: `code`, `motif` as below
    SENT_BACK = "SENT_BACK"  # its supplier has to address it anew: `code`, `motif`
    INTERRUPTED = "INTERRUPTED"  # its legal delay was interrupted: `code`, `motif`
    VISA = "VISA"  # a desk decided: `code` the desk, `person`, `due_on` its last day, `on` the day it did, `motif` what
    VISA_TAKEN_BACK = "VISA_TAKEN_BACK"  # the right of remorse: to be taken off what VISA counts, same fields
    MANDATED = "MANDATED"  # a mandat took a number: one for each of its lines, see `Happening`
    MANDAT_REDUCED = "MANDAT_REDUCED"  # a réduction took its number: as MANDATED, what it takes back, positive
    WITHOUT_ENGAGEMENT = "WITHOUT_ENGAGEMENT"  # a mandat took a number, and takes from no engagement
    MANDAT_SENT = "MANDAT_SENT"  # it left for Hélios
    MANDAT_REFUSED = "MANDAT_REFUSED"  # its bordereau came back: `code` NumAnoAck, empty when another mandat has it
    MANDAT_HELD = "MANDAT_HELD"  # the comptable suspended it: `code` ObsEtat, `motif`
    MANDAT_REJECTED = "MANDAT_REJECTED"  # the comptable rejected it: `code` ObsEtat, `motif`
    MANDAT_CANCELLED = "MANDAT_CANCELLED"  # `code` ABANDON: given up by us; REDUCTION: the comptable took it all back
    PAYMENT_DENIED = "PAYMENT_DENIED"  # the comptable says not paid what Chorus Pro showed paid: its Settlement stays
    FLUX_SENT = "FLUX_SENT"  # a flow left
    FLUX_REFUSED = "FLUX_REFUSED"  # the TdT refused it (`code` TDT), or the gate did, even in part: `code` NumAnoAck
    DUPLICATE = "DUPLICATE"  # an invoice was stopped as a double of another: `code` DUP-…
    DUPLICATE_CONFIRMED = "DUPLICATE_CONFIRMED"  # somebody agreed that it was one: `amount` was not paid twice
    ACCOUNT_ALERT = "ACCOUNT_ALERT"  # a bank account was new or had changed: on an invoice, or in the register
    ACCOUNT_CLEARED = "ACCOUNT_CLEARED"  # two people called back and let it pass: `about` the firm's SIREN
    ACCOUNT_REFUSED = "ACCOUNT_REFUSED"  # an invoice was refused or sent back while its account was not cleared
    PIECE_MISSING = "PIECE_MISSING"  # a mandat waits for want of a document: one for each, `code` PJ-…
    BATCH_CUT = "BATCH_CUT"  # a file of paper was published, for the first time: `count` pages
    BATCH_HELD = "BATCH_HELD"  # it was held, a sheet may have been missed: `count` pages
    EXCEPTION = "EXCEPTION"  # somebody did something out of the ordinary: `code` of `Exceptional`, `motif`, `person`
    SHEET_MISSED = "SHEET_MISSED"  # somebody named sheets that the readers had not seen: `count`


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One fact to count, with what counts are told by; `amount`, `ht` and `count` add up.

    MANDATED has one of these for each line of the mandat: `about` is the mandat, `amount` and `ht` are the line's,
    `count` is 1 on its first line and 0 on the others, `code` is `exercice/chapitre/nature`, and `on` the day of the
    service fait (None without invoice): of another year than the exercice, it is a rattachement. A mandat issued again
    under another number is MANDATED again, under the same one it is not. Amounts of bordereaux are MANDATED less what
    comes back apart (MANDAT_REDUCED, MANDAT_CANCELLED), never netted here.

    Attributes:
        id: place of its event in the journal, and its rank among what that event tells.
        at: instant of the event: it decides of the month.
        about: id of what it happened to; `invoice_id`: of the invoice concerned, if one is.
        siret, service, supplier, supplier_siren, origin: of that invoice, empty where there is none.
        amount: TTC in euros, `ht` where it is known; `count`: how many things.
        code: stable code that rejections and anomalies are grouped by; `motif`: its French words. Of our answers to a
            supplier, the motive of the visa, else that of the first control that stopped it; empty when nothing did.
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
