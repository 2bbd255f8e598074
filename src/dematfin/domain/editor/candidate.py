"""A candidate: one invoice of ours that an editor's mandat may pay, with what matching looks at."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One invoice, open or already mandated.

    Attributes:
        amount: what is to be ordered for it: its TTC, or what its visa admits; negative for a credit note.
        delay_starts_on: when its legal delay starts, later than its notification when it was executed later.
        remote_id: its number in Chorus Pro, empty for paper. Our own number and this one are in the rows that the
            finance software is handed.
        iban: the account that it names, empty when it names none.
        free: no mandat orders it yet. One that is not free is never matched, and keeps a claim that looks like it from
            being matched with another.
    """

    invoice_id: str
    siret: str
    siren: str
    supplier: str
    number: str
    amount: Decimal
    engagement: str = ""
    marche: str = ""
    iban: str = ""
    issued_on: date
    notified_on: date
    delay_starts_on: date | None = None
    remote_id: str = ""
    free: bool = True
