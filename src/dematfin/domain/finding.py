"""What a control has to say: a stable code, a severity, a French sentence with its remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dematfin.domain.intention import SupplierStatus

TOLD: Final = 5
"""Findings of one flow that a message tells."""


class Severity(StrEnum):
    """How much a finding weighs."""

    BLOCKING = "BLOCKING"  # nothing goes on until a person has acted
    WARNING = "WARNING"  # goes on, a person should look
    INFO = "INFO"  # worth knowing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark of a control.

    Attributes:
        code: stable key used by screens, reports, motives and tests, e.g. `ROUTE-ENG-UNKNOWN`.
        sentence: what is wrong and what to do now, in French.
        article: the text of law or the DGFiP annotation behind the rule, if any.
        about: what exactly it bears on (another invoice, an account, an amount): a decision taken on it holds only
            as long as this is the same.
        proposal, motif: the status of Chorus Pro that would answer it, by the AIFE's rule (addressee wrong:
            A_RECYCLER; document missing: SUSPENDUE; invoice wrong: REJETEE), and the words for the supplier. Never
            sent without a person.
        mandat, supplier, element: for a flow, the number of the mandat, the name of its creditor, and the path of the
            element; empty where the problem is that of the whole flow.
        remedy: what to do now, where the sentence does not say it.
    """

    code: str
    severity: Severity
    sentence: str
    article: str = ""
    about: str = ""
    proposal: SupplierStatus | None = None
    motif: str = ""
    mandat: str = ""
    supplier: str = ""
    element: str = ""
    remedy: str = ""


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the findings that stop an invoice or a flow."""
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCKING)


def with_remedies(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the sentences of the first findings, each with what to do: they explain the others."""
    return tuple(f"{one.sentence} {one.remedy}".strip() for one in tuple(findings)[:TOLD])
