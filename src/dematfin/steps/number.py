"""Number: freeze prepared mandats into bordereaux; numbers are allotted in the transaction that freezes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id, cut, total
from dematfin.domain.mandat.budget import Budget, BudgetYear, budget_year_id
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, to_carry
from dematfin.domain.money import ZERO, french
from dematfin.errors import RoutingError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.justify import justified
from dematfin.steps.outcome import Tally
from dematfin.steps.pieces import with_kept

OVERHEAD: Final = 2_000
"""Bytes that a mandat and the description of a document take in a flow, beside the document itself."""


def number_all(app: App, tally: Tally) -> None:
    """Give every prepared mandat its bordereau and its number."""
    with app.ledger.reading() as books:
        waiting = books.find(Mandat, state=MandatState.PREPARED)
    resumed = sorted({mandat.bordereau for mandat in waiting if mandat.bordereau})
    for key in resumed:
        with tally.item(f"Bordereau {key}"):
            _freeze_again(app, key, tally)
    fresh = sorted({(mandat.siret, mandat.exercice) for mandat in waiting if not mandat.bordereau})
    for siret, exercice in fresh:
        with tally.item(f"Budget {siret}"):
            _freeze(app, app.policy.budget(siret), exercice, tally)


def _freeze(app: App, budget: Budget, exercice: int, tally: Tally) -> None:
    with app.ledger.transaction() as books:
        opened = _opened(books, budget, exercice)
        mandats = books.find(Mandat, siret=budget.siret, exercice=exercice, state=MandatState.PREPARED, bordereau="")
        mandats = tuple(justified(app, books, mandats, tally))
        sizes = {mandat.id: _size(books, mandat) for mandat in mandats}
        for part in cut(mandats, sizes, app.policy.flow_limit):
            bordereau = _new_bordereau(app, books, budget, opened, part)
            tally.done(bordereau.id)


def _opened(books: Books, budget: Budget, exercice: int) -> BudgetYear:
    found = books.find(BudgetYear, id=budget_year_id(budget.siret, exercice))
    if not found:
        message = (
            f"Le budget {budget.code} n'est pas ouvert pour {exercice}. Indiquez ses derniers numéros : "
            f"dematfin budget ouvrir {budget.code} --exercice {exercice} --dernier-mandat N --dernier-bordereau N"
        )
        raise RoutingError(message)
    return found[0]


def _size(books: Books, mandat: Mandat) -> int:
    pieces = to_carry(books.find(Piece, id=mandat.pieces))
    return OVERHEAD + sum(piece.document.size * 4 // 3 + OVERHEAD for piece in pieces)


def _new_bordereau(app: App, books: Books, budget: Budget, opened: BudgetYear, mandats: Sequence[Mandat]) -> Bordereau:
    series = f"bordereau:{opened.id}"
    number = books.next_number(series, opened.last_bordereau)
    key = bordereau_id(budget.code, opened.exercice, number)
    numbered = [_numbered(books, opened, mandat, key) for mandat in mandats]
    books.save(*numbered)
    bordereau = Bordereau(
        id=key,
        siret=budget.siret,
        exercice=opened.exercice,
        number=number,
        emitted_on=app.clock.today(),
        mandats=tuple(mandat.id for mandat in numbered),
        total=total(numbered),
        cumul=_cumul(books, opened),
        prepared_by=app.by,
    )
    books.save(bordereau)
    motif = f"mandats : {len(numbered)}, total : {french(bordereau.total)}"
    books.record(app.event(Subject.BORDEREAU, key, "", "figé", motif, cumul=str(bordereau.cumul)))
    _record(app, books, numbered, bordereau)
    return bordereau


def _numbered(books: Books, opened: BudgetYear, mandat: Mandat, bordereau: str) -> Mandat:
    number = mandat.number or books.next_number(f"mandat:{opened.id}", opened.last_mandat)
    return replace(mandat.moved(MandatState.IN_BORDEREAU), number=number, bordereau=bordereau)


def _cumul(books: Books, opened: BudgetYear) -> Decimal:
    """Add up all that was mandated this year, each mandat once, wherever it is now (MtCumulAnnuel)."""
    listed = books.find(Mandat, siret=opened.siret, exercice=opened.exercice)
    return opened.cumul + sum((mandat.amount for mandat in listed if mandat.bordereau), ZERO)


def _freeze_again(app: App, key: str, tally: Tally) -> None:
    """Freeze a bordereau that came back: same number, same mandats, another flow."""
    with app.ledger.transaction() as books:
        bordereau = books.get(Bordereau, key)
        mandats = books.find(Mandat, id=bordereau.mandats)
        if any(mandat.state is not MandatState.PREPARED for mandat in mandats):
            tally.note(f"Bordereau {key} : tous ses mandats ne sont pas repris, il attend.")
            return
        frozen = [with_kept(books, mandat).moved(MandatState.IN_BORDEREAU) for mandat in mandats]
        again = replace(
            bordereau,
            total=total(frozen),
            flux="",
            sent_before=(*bordereau.sent_before, bordereau.flux),
            refused=False,
            prepared_by=app.by,
        )
        books.save(*frozen, again)
        books.record(app.event(Subject.BORDEREAU, key, "refusé", "figé", "repris après correction, mêmes numéros"))
        _record(app, books, frozen, again)
    tally.done(key)


def _record(app: App, books: Books, mandats: Iterable[Mandat], bordereau: Bordereau) -> None:
    for mandat in mandats:
        motif = f"mandat n° {mandat.number}, bordereau n° {bordereau.number}"
        books.record(app.event(Subject.MANDAT, mandat.id, MandatState.PREPARED, mandat.state, motif))
