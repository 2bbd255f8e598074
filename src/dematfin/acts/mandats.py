"""An agent takes up what came back: corrects a mandat, resumes a bordereau, issues a mandat again."""

from dataclasses import replace

from dematfin.domain.editor.ownership import check_ours
from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reissue import again
from dematfin.domain.mandat.ventilation import one_account
from dematfin.domain.money import french
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.registers import Imputation
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.correction import check_digits, open_to_correction
from dematfin.steps.creditor import as_registered, change_of_creditor
from dematfin.steps.credits import exchange
from dematfin.steps.reductions import living_reductions


def correct(app: App, who: Person, mandat_id: str, imputation: Imputation) -> Mandat:
    """Change the account of a mandat that is not in a frozen bordereau.

    Raises:
        Forbidden, UnknownRecord; RuleError when the mandat is frozen, sent or paid, has several lines, or an account is
            not in digits; PiecesMissing when the other chapter has too little left.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    check_digits(mandat_id, imputation)
    with app.ledger.transaction() as books:
        mandat = open_to_correction(books, mandat_id)
        corrected = replace(mandat, lines=one_account(mandat, imputation))
        exchange(books, mandat, corrected)
        books.save(corrected)
        motif = f"imputation corrigée : nature {imputation.nature}, fonction {imputation.fonction or 'aucune'}"
        books.record(app.event(Subject.MANDAT, mandat_id, mandat.state, mandat.state, motif))
    return corrected


def resume(app: App, who: Person, bordereau_id: str) -> Bordereau:
    """Take up a refused bordereau: the next preparation sends it again, same numbers, new flow.

    Raises:
        Forbidden, UnknownRecord; RuleError when the bordereau was not refused.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        bordereau = books.get(Bordereau, bordereau_id)
        check_ours(bordereau)
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
        Forbidden, UnknownRecord; RuleError when the mandat was not rejected, or was paid in part before; PiecesMissing
            when its creditor of today cannot be paid.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        check_ours(mandat)
        if mandat.state is not MandatState.REJECTED:
            message = f"Le mandat {mandat_id} n'a pas été rejeté par le comptable : il n'y a rien à réémettre."
            raise RuleError(message)
        if mandat.paid:
            message = (
                f"Mandat {mandat_id} : {french(mandat.paid)} ont déjà été versés avant son rejet, il ne peut pas être "
                "réémis pour le tout. Voyez avec le comptable."
            )
            raise RuleError(message)
        _check_not_taken_back(books, mandat)
        prepared = again(as_registered(app, books, mandat))
        books.save(prepared)
        number = f"garde le n° {prepared.number}" if prepared.number else "recevra un nouveau numéro"
        motif = f"réémis, {number}{change_of_creditor(mandat, prepared)}"
        books.record(app.event(Subject.MANDAT, mandat_id, mandat.state, prepared.state, motif))
    return prepared


def _check_not_taken_back(books: Books, mandat: Mandat) -> None:
    """A rejected mandat that was reduced meanwhile would be ordered for the whole again."""
    if alive := living_reductions(books, mandat).get(mandat.id):
        message = (
            f"Mandat {mandat.id} : il a été réduit ou annulé ({', '.join(alive)}), il ne peut pas être réémis pour le "
            "tout. Voyez avec le comptable."
        )
        raise RuleError(message)
