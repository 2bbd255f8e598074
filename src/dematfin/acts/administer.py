"""An administrateur sets up persons and budgets."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.money import french
from dematfin.domain.parties.person import Act, Person, Role, changed
from dematfin.errors import Forbidden, RuleError, SeparationOfDuties
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

CHANGED: Final = Exceptional.PERSON_CHANGED


def add_person(app: App, who: Person | None, person: Person) -> Person:
    """Add a person, or change one. The very first one needs nobody, and must be an administrateur.

    Raises:
        Forbidden: `who` is not an administrateur.
        SeparationOfDuties: `who` would have more rights afterwards, in a commune that is not a small one.
        RuleError: the account of the system already belongs to somebody else, or nobody would administer any more.
    """
    if who is not None:
        app = app.on_behalf_of(who, Act.ADMINISTER)
    with app.ledger.transaction() as books:
        people = books.find(Person)
        app = app if who else _on_behalf_of_the_first(app, people, person)
        _check_account(books, person)
        _check_somebody_administers((*(one for one in people if one.id != person.id), person))
        known = next((one for one in people if one.id == person.id), None)
        marks = _own_rights(app, person, known) if known and known.id == app.by else {EXCEPTION: CHANGED}
        books.save(person)
        state = "actif" if person.active else "inactif"
        books.record(app.event(Subject.PERSON, person.id, "", state, changed(known, person), **marks))
    return person


def _own_rights(app: App, person: Person, known: Person) -> dict[str, str]:
    """Return what the event keeps of what an administrateur changes of its own person.

    Raises:
        SeparationOfDuties: it would have a role, or a desk, that it has not, and the commune is not a small one.
    """
    more = sorted({*person.roles - known.roles, *person.desks - known.desks})
    if more and not app.policy.small:
        message = (
            f"{person.name} ne peut pas se donner à soi-même un droit de plus ({', '.join(more)}) : un autre "
            "administrateur doit le faire. (Petite commune : voir petite_commune dans la configuration.)"
        )
        raise SeparationOfDuties(message)
    return {EXCEPTION: f"{CHANGED} {Exceptional.SMALL_TOWN}" if more else CHANGED}


def retire_person(app: App, who: Person, person_id: str) -> Person:
    """Take every right from somebody who leaves, at once; what they did keeps their name.

    Raises:
        Forbidden: `who` is not an administrateur; UnknownRecord; RuleError: nobody would administer any more.
    """
    who.require(Act.ADMINISTER)
    with app.ledger.reading() as books:
        person = books.get(Person, person_id)
    return add_person(app, who, replace(person, active=False))


def open_budget(app: App, who: Person, year: BudgetYear) -> BudgetYear:
    """Say, once, where the numbers of a budget start this year.

    Raises:
        Forbidden: `who` is not an administrateur.
        RuleError: it is already open: numbers may not move any more.
    """
    app = app.on_behalf_of(who, Act.ADMINISTER)
    budget = app.policy.budget(year.siret)
    with app.ledger.transaction() as books:
        if books.find(BudgetYear, id=year.id):
            message = f"Le budget {budget.code} est déjà ouvert pour {year.exercice} : ses numéros ne bougent plus."
            raise RuleError(message)
        books.save(year)
        motif = (
            f"{budget.code} {year.exercice} : dernier mandat {year.last_mandat}, dernier bordereau "
            f"{year.last_bordereau}, cumul {french(year.cumul)} ; annulations : dernier mandat {year.last_reduction}, "
            f"dernier bordereau {year.last_reduction_bordereau}, cumul {french(year.reduced)}"
        )
        books.record(app.event(Subject.BUDGET, year.id, "", "ouvert", motif))
    return year


def _on_behalf_of_the_first(app: App, people: tuple[Person, ...], person: Person) -> App:
    if people:
        message = "Votre compte système n'est celui d'aucune personne : demandez à un administrateur de vous ajouter."
        raise Forbidden(message)
    if Role.ADMINISTRATEUR not in person.roles:
        message = "La première personne doit avoir le rôle administrateur : elle ajoutera les autres."
        raise RuleError(message)
    return app.on_behalf_of(person, Act.ADMINISTER)


def _check_somebody_administers(people: Iterable[Person]) -> None:
    if not any(person.may(Act.ADMINISTER) for person in people):
        message = "Il ne resterait aucun administrateur : donnez d'abord ce rôle à une autre personne."
        raise RuleError(message)


def _check_account(books: Books, person: Person) -> None:
    """One account of the system is one human being: two persons on it would be one who counts as two."""
    if not person.system_user:
        return
    for other in books.find(Person, system_user=person.system_user):
        if other.id != person.id:
            message = f"Le compte système « {person.system_user} » est déjà celui de {other.name}."
            raise RuleError(message)
