"""What is particular to an invoice on paper: the supplier's duty, and remedies that no platform carries out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.mentions import SIRET_KIND

DUTY: Final = "CCP, art. L. 2192-1 et R. 2192-3"
STATUS: Final = re.compile(r" \(statut « [^»]{1,40} »\)")


def check_channel(invoice: Invoice) -> Iterator[Finding]:
    """Remind that a firm must invoice through Chorus Pro; it may be refused only once it has been told so.

    A warning: the debt exists, and a small supplier is paid anyway.
    """
    supplier = invoice.content.supplier
    if invoice.origin is Origin.SCAN and supplier.identifier_kind == SIRET_KIND:
        yield Finding(
            code="PAPER-CHORUS",
            severity=Severity.WARNING,
            sentence=f"{supplier.name} devait déposer cette facture dans Chorus Pro : elle ne peut être refusée pour "
            f"cela qu'après l'en avoir informé. Envoyez la lettre de rappel (dematfin facture rappel {invoice.id}).",
            article=DUTY,
        )


def without_platform(finding: Finding) -> Finding:
    """Return a finding whose remedy speaks of no status of Chorus Pro."""
    return replace(finding, sentence=STATUS.sub("", finding.sentence))
