"""An agent takes up what came back: corrects a mandat, resumes a bordereau, issues a mandat again."""

from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reissue import again
from dematfin.domain.money import french
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.registers import Imputation
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.credits import move

OPEN_TO_CORRECTION: Final = frozenset({MandatState.PREPARED, MandatState.REFUSED_AT_GATE, MandatState.REJECTED})


def correct(app: App, who: Person, mandat_id: str, imputation: Imputation) -> Mandat:
    """Change the account of a mandat that is not in a frozen bordereau.

    Raises:
        Forbidden, UnknownRecord; RuleError when the mandat is frozen, sent or paid, or an account is not in digits.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    _check_digits(mandat_id, imputation)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        if mandat.state not in OPEN_TO_CORRECTION and not _waits_for_its_flow(books, mandat):
            message = f"Le mandat {mandat_id} ne peut plus être corrigé : il est figé dans un bordereau ou déjà parti."
            raise RuleError(message)
        lines = tuple(replace(line, imputation=imputation) for line in mandat.lines)
        corrected = replace(mandat, lines=lines)
        move(books, mandat, imputation)
        books.save(corrected)
        motif = f"imputation corrigée : nature {imputation.nature}, fonction {imputation.fonction or 'aucune'}"
        books.record(app.event(Subject.MANDAT, mandat_id, mandat.state, mandat.state, motif))
    return corrected


def _check_digits(mandat_id: str, imputation: Imputation) -> None:
    for account in (imputation.nature, imputation.fonction, imputation.operation):
        if account and not (account.isascii() and account.isdigit()):
            message = f"Mandat {mandat_id} : le compte « {account} » n'est pas fait de chiffres."
            raise RuleError(message)


def _waits_for_its_flow(books: Books, mandat: Mandat) -> bool:
    """Whether its bordereau has its numbers but no flow: what was built broke a rule, and nobody has signed."""
    return bool(books.find(Bordereau, id=mandat.bordereau, flux=""))


def resume(app: App, who: Person, bordereau_id: str) -> Bordereau:
    """Take up a refused bordereau: the next preparation sends it again, same numbers, new flow.

    Raises:
        Forbidden, UnknownRecord; RuleError when the bordereau was not refused.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        bordereau = books.get(Bordereau, bordereau_id)
        if not bordereau.refused:
            message = f"Le bordereau {bordereau_id} n'a pas été refusé : il n'y a rien à reprendre."
            raise RuleError(message)
        for mandat in books.find(Mandat, id=bordereau.mandats, state=MandatState.REFUSED_AT_GATE):
            books.save(again(mandat))
            books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, MandatState.PREPARED, "repris"))
    return bordereau


def reissue(app: App, who: Person, mandat_id: str) -> Mandat:
    """Issue again a mandat that the comptable rejected: its old number, or a new one, by the rule.

    Raises:
        Forbidden, UnknownRecord; RuleError when the mandat was not rejected, or was paid in part before.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        if mandat.state is not MandatState.REJECTED:
            message = f"Le mandat {mandat_id} n'a pas été rejeté par le comptable : il n'y a rien à réémettre."
            raise RuleError(message)
        if mandat.paid:
            message = (
                f"Mandat {mandat_id} : {french(mandat.paid)} ont déjà été versés avant son rejet, il ne peut pas être "
                "réémis pour le tout. Voyez avec le comptable."
            )
            raise RuleError(message)
        prepared = again(mandat)
        books.save(prepared)
        number = f"garde le n° {prepared.number}" if prepared.number else "recevra un nouveau numéro"
        books.record(app.event(Subject.MANDAT, mandat_id, mandat.state, prepared.state, f"réémis, {number}"))
    return prepared
