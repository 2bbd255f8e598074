"""What a row says of a visaed invoice, for the finance software to mandate it."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from dematfin.domain.exchange.exchange_rules import NAME_FIELDS, ExchangeRules
from dematfin.domain.exchange.file_names import ending_of, named, unique
from dematfin.domain.exchange.hand_over import File
from dematfin.domain.exchange.rows_file import Row, Value
from dematfin.domain.invoice.content import Attachment
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.visa.decision import DecisionKind
from dematfin.domain.visa.folder import VisaFolder

SIRET: Final = 14
PDF: Final = ".pdf"
ABOUT_THE_GIVING: Final = frozenset({"vise_par", "vise_le", "fichier", "annexes", "identifiant_chorus", "remplace"})
"""Titles of what changes nothing in what is to be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visaed:
    """A visaed invoice, and what its row needs besides.

    Attributes:
        budget: code of its budget; about: what its order is about, as the engagement says it.
        folder: None when its visa left none.
        names: of the persons, by their id.
        days: of the delay of payment.
    """

    invoice: Invoice
    budget: str
    about: str = ""
    folder: VisaFolder | None = None
    names: Mapping[str, str]
    days: int
    local: Callable[[datetime], datetime]


def invoice_row(one: Visaed) -> dict[str, Value]:
    """Return what is known of it; what tells how it is handed over comes later. A credit note is negative."""
    invoice, supplier, amounts = one.invoice, one.invoice.content.supplier, one.invoice.content.amounts
    sign = -1 if invoice.is_credit_note else 1
    due = amounts.payable if invoice.admitted is None else min(amounts.payable, invoice.admitted)
    return {
        "facture": invoice.id,
        "budget": one.budget,
        "type": invoice.content.kind.value.lower(),
        "numero": invoice.number,
        "fournisseur": supplier.name,
        "identifiant": supplier.identifier,
        "siret": supplier.identifier if _is_siret(supplier.identifier) else "",
        "siren": invoice.supplier_siren if invoice.supplier_siren.isdigit() else "",
        "date_facture": invoice.issued_on,
        "date_reception": invoice.notified_on,
        "echeance": invoice.delay(one.days).deadline,
        "devise": invoice.content.currency,
        "ht": sign * amounts.ht,
        "tva": sign * amounts.tva,
        "ttc": sign * amounts.ttc,
        "net": sign * due,
        "engagement": invoice.engagement,
        "marche": invoice.marche,
        "service": invoice.service,
        "iban": invoice.iban,
        "affacturage": supplier.factor,
        "paye_le": invoice.paid_before,
        "objet": one.about,
        "facture_origine": invoice.content.origin_number,
        "identifiant_chorus": invoice.remote_id,
        **_visa(one),
    }


def said(row: Row) -> str:
    """Return the fingerprint of what a row asks to pay: a visa given again on the same thing changes nothing."""
    words = (f"{title}={row[title]}" for title in sorted(row) if title not in ABOUT_THE_GIVING)
    return hashlib.sha256("\n".join(words).encode(errors="backslashreplace")).hexdigest()[:32]


def files(invoice: Invoice, row: Row, rules: ExchangeRules, taken: Collection[str]) -> tuple[File, ...]:
    """Return the files that go with a row, the invoice itself first, under names that the rules give and none took."""
    known = {title: str(row[title]) for title in NAME_FIELDS}
    wished = unique(named(rules.invoice_name, known), taken)
    stem = wished.removesuffix(ending_of(wished, ""))
    attached = invoice.content.attachments
    annexes = [one for one in attached if not one.main] if rules.annexes else []
    main = [File(name=stem + _ending(one), document=one.document, main=True) for one in attached if one.main][:1]
    names = (f"{stem}_annexe_{rank}{_ending(one)}" for rank, one in enumerate(annexes, start=1))
    return (*main, *(File(name=name, document=one.document) for name, one in zip(names, annexes, strict=True)))


def _visa(one: Visaed) -> dict[str, Value]:
    decisions = one.folder.decisions if one.folder else ()
    given = [decision for decision in decisions if decision.kind is DecisionKind.VISA]
    by = dict.fromkeys(one.names.get(decision.by, decision.by) for decision in given)
    when: date | None = one.local(given[-1].at).date() if given else None
    return {"vise_par": ", ".join(by), "vise_le": when, "service_fait_le": one.invoice.executed_on}


def _ending(attachment: Attachment) -> str:
    return PDF if attachment.media_type == "application/pdf" else ending_of(attachment.name, PDF)


def _is_siret(text: str) -> bool:
    return len(text) == SIRET and text.isdigit()
