"""Nomenclature: which fields of a line a budget's plan of accounts requires, or forbids."""

from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.mandat import Mandat


def wrong_fonction(budget: Budget, mandat: Mandat) -> str:
    """Say what is wrong with the fonction of a mandat's lines, in French; an empty text when nothing is."""
    lines = [line for line in mandat.lines if bool(line.imputation.fonction) != budget.takes_fonction]
    if not lines or (budget.takes_fonction and not budget.needs_fonction):
        return ""
    what = f"la ligne {lines[0].number}" if len(mandat.lines) > 1 else "sa ligne"
    remedy = f"Corrigez-le (mandat corriger {mandat.id} ou mandat ventiler {mandat.id})"
    if budget.takes_fonction:
        return f"{what} n'a pas de fonction, le budget {budget.code} ({budget.nomenclature}) en demande une. {remedy}"
    return (
        f"{what} a une fonction ({lines[0].imputation.fonction}), interdite au budget {budget.code} "
        f"({budget.nomenclature}). {remedy}"
    )
