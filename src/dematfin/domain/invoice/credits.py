"""Money that was reserved, money that was voted: an expense beyond either is rejected by the comptable."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.money import french
from dematfin.domain.registers import Credit, Engagement

AVAILABLE: Final = "décret n° 2012-1246 du 7 novembre 2012, art. 19"


def check_credits(amount: Decimal, engagement: Engagement | None, credit: Credit | None) -> Iterator[Finding]:
    """Say what an amount (TTC, in euros) would exceed; a chapter whose credits were not imported is not judged."""
    if engagement is not None and amount > engagement.remaining:
        yield Finding(
            code="CREDIT-ENGAGEMENT",
            severity=Severity.BLOCKING,
            sentence=f"Il reste {french(engagement.remaining)} sur l'engagement {engagement.number}, il faut "
            f"{french(amount)}. Complétez l'engagement dans le logiciel financier puis importez-le de nouveau.",
            about=engagement.number,
        )
    if credit is not None and amount > credit.remaining:
        yield Finding(
            code="CREDIT-CHAPTER",
            severity=Severity.BLOCKING,
            sentence=f"Crédits insuffisants au chapitre {credit.chapter} ({credit.exercice}) : il reste "
            f"{french(credit.remaining)} pour {french(amount)}. Faites voter ou virer des crédits, puis importez-les "
            "de nouveau (dematfin credit importer).",
            article=AVAILABLE,
            about=credit.chapter,
        )
