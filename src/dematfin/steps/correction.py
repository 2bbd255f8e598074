"""Correction: which mandats may still change, what an account looks like, and what a line may take from."""

from typing import Final

from dematfin.domain.editor.ownership import check_ours
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.ventilation import Part
from dematfin.domain.registers import Engagement, Imputation
from dematfin.errors import RuleError
from dematfin.ports.ledger import Books

LONGEST_ASSET: Final = 25
"""Signs of IdActif."""
OPEN: Final = frozenset({MandatState.PREPARED, MandatState.REFUSED_AT_GATE, MandatState.REJECTED})


def open_to_correction(books: Books, mandat_id: str) -> Mandat:
    """Return a mandat whose lines may still change; a réduction says those of the mandat that it takes back."""
    mandat = books.get(Mandat, mandat_id)
    check_ours(mandat)
    if mandat.kind is MandatKind.REDUCTION:
        message = f"Le mandat {mandat_id} est une réduction : ses lignes sont celles du mandat qu'il reprend."
        raise RuleError(message)
    if mandat.state not in OPEN and not _waits_for_its_flow(books, mandat):
        message = (
            f"Le mandat {mandat_id} ne peut plus être corrigé : il est figé dans un bordereau ou déjà parti. Pas "
            "encore parti : écartez-le d'abord (dematfin bordereau ecarter). Parti : dematfin mandat reduire."
        )
        raise RuleError(message)
    return mandat


def check_digits(mandat_id: str, imputation: Imputation) -> None:
    """Raise RuleError when an account is not made of digits."""
    for account in (imputation.nature, imputation.fonction, imputation.operation):
        if account and not (account.isascii() and account.isdigit()):
            message = f"Mandat {mandat_id} : le compte « {account} » n'est pas fait de chiffres."
            raise RuleError(message)


def check_part(books: Books, mandat: Mandat, part: Part) -> None:
    """Raise RuleError when the account, the engagement or the asset of a line cannot be."""
    check_digits(mandat.id, part.imputation)
    _check_engagement(books, mandat, part.engagement)
    _check_asset(mandat, part.inventaire)


def _waits_for_its_flow(books: Books, mandat: Mandat) -> bool:
    """Whether its bordereau has its numbers but no flow: what was built broke a rule, and nobody has signed."""
    return bool(books.find(Bordereau, id=mandat.bordereau, flux=""))


def _check_engagement(books: Books, mandat: Mandat, key: str) -> None:
    if not key or key == mandat.engagement:
        return
    found = books.find(Engagement, id=key)
    number = key.partition(":")[2]
    if not found:
        why = f"l'engagement {number} n'est pas connu : importez-le (dematfin engagement importer)"
    elif not found[0].open:
        why = f"l'engagement {number} est soldé"
    elif found[0].tiers not in _creditors(books, mandat):
        why = f"l'engagement {number} a été passé avec un autre tiers ({found[0].tiers})"
    else:
        return
    message = f"Mandat {mandat.id} : {why}. Rien n'est changé."
    raise RuleError(message)


def _creditors(books: Books, mandat: Mandat) -> set[str]:
    """Return who may have been given an order that a mandat pays: its tiers, or that of its own order (a titulaire)."""
    return {mandat.tiers.id, *(one.tiers for one in books.find(Engagement, id=mandat.engagement))}


def _check_asset(mandat: Mandat, number: str) -> None:
    if len(number) > LONGEST_ASSET:
        message = f"Mandat {mandat.id} : le n° d'inventaire « {number[:40]} » dépasse {LONGEST_ASSET} caractères."
        raise RuleError(message)
