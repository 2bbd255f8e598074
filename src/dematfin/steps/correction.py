"""Correction: which mandats may still change, and what an account looks like."""

from typing import Final

from dematfin.domain.editor.ownership import check_ours
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.registers import Imputation
from dematfin.errors import RuleError
from dematfin.ports.ledger import Books

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


def _waits_for_its_flow(books: Books, mandat: Mandat) -> bool:
    """Whether its bordereau has its numbers but no flow: what was built broke a rule, and nobody has signed."""
    return bool(books.find(Bordereau, id=mandat.bordereau, flux=""))
