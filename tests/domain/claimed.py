"""A claim and an invoice that agree in everything, for tests to change one thing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.matching import Match, match
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.mandat.kind import BordereauKind

INVOICE: Final = Candidate(
    invoice_id="C1",
    remote_id="30000077",
    siret="73282932000074",
    siren="732829320",
    supplier="PAPETERIE DU LAC",
    number="FA2026-00412",
    amount=Decimal("1200.00"),
    engagement="EJ2026-0077",
    iban="FR7630001007941234567890185",
    issued_on=date(2026, 5, 10),
    notified_on=date(2026, 5, 12),
)
CLAIM: Final = Claim(
    kind=BordereauKind.ORDINARY,
    exercice=2026,
    bordereau=42,
    mandat=1187,
    type="01",
    nature="01",
    creditor="PAPETERIE DU LAC",
    identifier="73282932000074",
    siren="732829320",
    number="FA2026-00412",
    words=("FOURNITURES MAI",),
    amount=Decimal("1200.00"),
    accounts=("60632",),
    iban="FR7630001007941234567890185",
    starts_on=date(2026, 5, 12),
)


def invoice(**changes: Any) -> Candidate:
    return replace(INVOICE, **changes)


def claim(**changes: Any) -> Claim:
    return replace(CLAIM, **changes)


def matched(one: Claim, *others: Candidate) -> Match:
    """Match one claim with INVOICE and others."""
    return match([one], [INVOICE, *others], EditorRules())[0]
