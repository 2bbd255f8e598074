"""What a row says of a visaed invoice, for the finance software to mandate it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.exchange_rules import NAME_FIELDS, ExchangeRules
from dematfin.domain.editor.file_names import ending_of, named, ranked
from dematfin.domain.editor.rows_file import Row, Value
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
        "objet": one.about,
        "facture_origine": invoice.content.origin_number,
        "identifiant_chorus": invoice.remote_id,
        **_visa(one),
    }


def said(row: Row) -> str:
    """Return the fingerprint of what a row asks to pay: a visa given again on the same thing changes nothing."""
    words = (f"{title}={row[title]}" for title in sorted(row) if title not in ABOUT_THE_GIVING)
    return hashlib.sha256("\n".join(words).encode(errors="backslashreplace")).hexdigest()[:32]


def files(invoice: Invoice, row: Row, rules: ExchangeRules, rank: int) -> tuple[tuple[str, DocumentRef], ...]:
    """Return the files that go with a row, the invoice itself first, under the names that the rules give them."""
    known = {title: str(row[title]) for title in NAME_FIELDS}
    wished = ranked(named(rules.invoice_name, known), rank)
    main = [one for one in invoice.content.attachments if one.main][:1]
    annexes = [one for one in invoice.content.attachments if not one.main] if rules.annexes else []
    stem = wished.removesuffix(ending_of(wished, ""))
    found = [(stem + _ending(one), one.document) for one in main]
    return (*found, *((f"{stem}_annexe_{n}{_ending(one)}", one.document) for n, one in enumerate(annexes, start=1)))


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
