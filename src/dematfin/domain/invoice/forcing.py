"""What a named person may let pass, with a motif; what pays twice, pays the wrong one or lies is never in it.

Nor what a mandat could not be made of all the same: its creditor is that of the engagement.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.domain.invoice.invoice import Forced, Invoice
from dematfin.errors import RuleError

FORCIBLE: Final = frozenset(
    {
        "ROUTE-SERVICE-MISSING",
        "ROUTE-SERVICE-UNKNOWN",
        "ROUTE-SERVICE-CLOSED",
        "ROUTE-ENG-CLOSED",
        "ROUTE-MARCHE",
        "SUM-VAT",
        "CREDIT-ENGAGEMENT",
        "DATE-PRESCRIBED",
    }
)


def forced(invoice: Invoice, by: str, motif: str) -> Invoice:
    """Return the invoice with all its blocking findings let pass.

    Raises:
        RuleError: nothing blocks it, or one of them may not be forced.
    """
    held = blocking(invoice.findings)
    if not held:
        message = f"Facture {invoice.id} : aucun contrôle ne la bloque, il n'y a rien à forcer."
        raise RuleError(message)
    for finding in held:
        if finding.code not in FORCIBLE:
            message = f"Facture {invoice.id} : ce contrôle ne peut pas être forcé ({finding.code}). {finding.sentence}"
            raise RuleError(message)
    added = tuple(Forced(code=finding.code, about=finding.about, by=by, motif=motif) for finding in held)
    return replace(invoice, forced=(*invoice.forced, *added))


def weighed(findings: Iterable[Finding], decisions: Iterable[Forced]) -> tuple[Finding, ...]:
    """Return the findings, those that a person let pass made warnings."""
    passed = {(decision.code, decision.about): decision for decision in decisions}
    return tuple(_weighed(finding, passed.get((finding.code, finding.about))) for finding in findings)


def _weighed(finding: Finding, decision: Forced | None) -> Finding:
    if decision is None or finding.severity is not Severity.BLOCKING:
        return finding
    said = f"{finding.sentence} Forcé par {decision.by} : {decision.motif}"
    return replace(finding, severity=Severity.WARNING, sentence=said, proposal=None, motif="")
