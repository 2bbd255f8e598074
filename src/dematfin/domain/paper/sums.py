"""The amounts of an entered invoice: those that do not add up were misread, and a person reads again."""

from decimal import Decimal

from dematfin.domain.money import ZERO, french
from dematfin.errors import RuleError


def check_sum(ht: Decimal, tva: Decimal, ttc: Decimal) -> None:
    """Let amounts be entered that add up, none below zero; or raise RuleError."""
    if min(ht, tva, ttc) < ZERO:
        message = "Un montant est négatif : pour un avoir, donnez le type « avoir » et des montants positifs."
        raise RuleError(message)
    if ht + tva != ttc:
        message = f"{french(ht)} HT + {french(tva)} de TVA ne font pas {french(ttc)} TTC. Relisez-les."
        raise RuleError(message)
