"""Number: freeze prepared mandats into bordereaux; numbers are allotted in the transaction that freezes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id, cut, total, total_tva
from dematfin.domain.mandat.budget import Budget, BudgetYear, Start, budget_year_id
from dematfin.domain.mandat.exercice import out_of_time
from dematfin.domain.mandat.kind import BordereauKind, MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.nomenclature import wrong_fonction
from dematfin.domain.mandat.pieces import Piece, to_carry
from dematfin.domain.money import french
from dematfin.domain.tally.words import frozen
from dematfin.errors import RoutingError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.credits import give_back
from dematfin.steps.justify import justified
from dematfin.steps.outcome import Tally
from dematfin.steps.reductions import stranded
from dematfin.steps.vacant import left_amount, vacant_bordereau, vacant_number

OVERHEAD: Final = 2_000
"""Bytes that a line of a mandat and the description of a document take in a flow, beside the document itself."""


def number_all(app: App, tally: Tally) -> None:
    """Give every prepared mandat its bordereau and its number."""
    with app.ledger.reading() as books:
        waiting = books.find(Mandat, state=MandatState.PREPARED, set_aside="", editor=False)
    resumed = sorted({mandat.bordereau for mandat in waiting if mandat.bordereau})
    for key in resumed:
        with tally.item(f"Bordereau {key}"):
            _freeze_again(app, key, tally)
    own = [mandat for mandat in waiting if not mandat.bordereau and _is_ours(app, mandat, tally)]
    new = [mandat for mandat in own if _is_in_time(app, mandat, tally)]
    fresh = sorted({(mandat.siret, mandat.exercice, mandat.kind.bordereau) for mandat in new})
    for siret, exercice, kind in fresh:
        with tally.item(f"Budget {siret}"):
            _freeze(app, app.policy.budget(siret), exercice, kind, tally)


def _is_ours(app: App, mandat: Mandat, tally: Tally) -> bool:
    """Say whether we still number the mandats of a budget: it may have been left to the finance software since."""
    if (budget := app.policy.budget(mandat.siret)).editor:
        then = (
            "sa facture sera remise au logiciel financier" if mandat.shares else "faites-le dans le logiciel financier"
        )
        way_out = f"Annulez-le (dematfin mandat annuler {mandat.id} --motif …) : {then}"
        told = f"le logiciel financier numérote le budget {budget.code}, dematfin n'y donne plus de numéro"
        tally.note(f"Mandat {mandat.id} : {told}. {way_out}.")
    return not budget.editor


def _freeze(app: App, budget: Budget, exercice: int, kind: BordereauKind, tally: Tally) -> None:
    with app.ledger.transaction() as books:
        opened = _opened(books, budget, exercice)
        _check_not_passed(books, budget, opened, kind)
        series = {"siret": budget.siret, "exercice": exercice, "kind": kind.mandats}
        waiting = books.find(Mandat, **series, state=MandatState.PREPARED, bordereau="", set_aside="", editor=False)
        closing = [
            one for one in waiting if not out_of_time(one, app.clock.today()) and _may_close(books, budget, one, tally)
        ]
        mandats = tuple(justified(app, books, closing, tally))
        sizes = {mandat.id: _size(books, mandat) for mandat in mandats}
        for part in cut(mandats, sizes, app.policy.flow_limit):
            bordereau = _new_bordereau(app, books, budget, opened, part)
            tally.done(bordereau.id)


def _is_in_time(app: App, mandat: Mandat, tally: Tally) -> bool:
    """Say whether the exercice of a mandat is open."""
    if why := out_of_time(mandat, app.clock.today()):
        tally.note(why)
    return not why


def _may_close(books: Books, budget: Budget, mandat: Mandat, tally: Tally) -> bool:
    """Say whether a mandat may be frozen; what Hélios would reject is told now, while it can be corrected."""
    doubt = "" if mandat.doubt_seen else mandat.doubt.rstrip(".")
    if found := doubt or wrong_fonction(budget, mandat) or stranded(books, mandat):
        tally.note(f"Mandat {mandat.id} : {found}. Il n'est pas mis en bordereau.")
    return not found


def _opened(books: Books, budget: Budget, exercice: int) -> BudgetYear:
    found = books.find(BudgetYear, id=budget_year_id(budget.siret, exercice))
    if not found:
        message = (
            f"Le budget {budget.code} n'est pas ouvert pour {exercice}. Indiquez ses derniers numéros : "
            f"dematfin budget ouvrir {budget.code} --exercice {exercice} --dernier-mandat N --dernier-bordereau N"
        )
        raise RoutingError(message)
    return found[0]


def _check_not_passed(books: Books, budget: Budget, opened: BudgetYear, kind: BordereauKind) -> None:
    """Neither our numbers nor our cumul can go on from what a finance software made once the budget was open here."""
    series = {"siret": opened.siret, "exercice": opened.exercice, "editor": True}
    start = opened.start(kind)
    sheet = max((one.number for one in books.find(Bordereau, **series, kind=kind)), default=0)
    mandat = max((one.number for one in books.find(Mandat, **series, kind=kind.mandats)), default=0)
    if sheet > start.last_bordereau or mandat > start.last_mandat:
        message = (
            f"Budget {budget.code} de {opened.exercice} : le logiciel financier a déjà numéroté jusqu'au mandat n° "
            f"{mandat} et au bordereau n° {sheet}, après l'ouverture du budget ici. Les numéros et le cumul de "
            "dematfin ne suivraient pas : laissez mandats = \"editeur\" à ce budget jusqu'à la fin de l'exercice."
        )
        raise RoutingError(message)


def _size(books: Books, mandat: Mandat) -> int:
    pieces = to_carry(books.find(Piece, id=mandat.pieces))
    return OVERHEAD * len(mandat.lines) + sum(piece.document.size * 4 // 3 + OVERHEAD for piece in pieces)


def _new_bordereau(app: App, books: Books, budget: Budget, opened: BudgetYear, mandats: Sequence[Mandat]) -> Bordereau:
    kind = mandats[0].kind.bordereau
    start = opened.start(kind)
    vacant = vacant_bordereau(books, opened, kind)
    number = vacant.number if vacant else books.next_number(start.bordereaux, start.last_bordereau)
    key = bordereau_id(budget.code, opened.exercice, number, kind)
    numbered = [_numbered(books, start, mandat, key) for mandat in mandats]
    bordereau = Bordereau(
        id=key,
        siret=budget.siret,
        exercice=opened.exercice,
        number=number,
        kind=kind,
        emitted_on=app.clock.today(),
        mandats=tuple(mandat.id for mandat in numbered),
        total=total(numbered),
        tva=total_tva(numbered),
        cumul=_cumul(books, opened, kind),
        sent_before=vacant.sent_before if vacant else (),
        prepared_by=app.by,
    )
    books.save(bordereau)
    motif = f"mandats : {len(numbered)}, total : {french(bordereau.total)}"
    books.record(app.event(Subject.BORDEREAU, key, "", "figé", motif, cumul=str(bordereau.cumul)))
    _record(app, books, numbered, bordereau)
    return bordereau


def _numbered(books: Books, start: Start, mandat: Mandat, bordereau: str) -> Mandat:
    """Give a mandat its number; a réduction gives credits back as it gets its first one, so only once."""
    if mandat.kind is MandatKind.REDUCTION and not (mandat.number or mandat.burnt):
        give_back(books, mandat)
    number = mandat.number or vacant_number(books, mandat) or books.next_number(start.mandats, start.last_mandat)
    numbered = replace(mandat.moved(MandatState.IN_BORDEREAU), number=number, bordereau=bordereau)
    books.save(numbered)  # at once: the next one may not take the same vacant number
    return numbered


def _cumul(books: Books, opened: BudgetYear, kind: BordereauKind) -> Decimal:
    """Add up all that was mandated this year in a kind, each mandat once, wherever it is now (MtCumulAnnuel).

    What the finance software mandated before is told when the budget is opened; what left before a restoration and is
    no mandat here any more counts too.
    """
    series = {"siret": opened.siret, "exercice": opened.exercice, "kind": kind.mandats, "editor": False}
    waiting = books.total(Mandat, "amount", **series, bordereau="")
    before = left_amount(books, opened.siret, opened.exercice, kind)
    return opened.start(kind).cumul + before + books.total(Mandat, "amount", **series) - waiting


def _freeze_again(app: App, key: str, tally: Tally) -> None:
    """Freeze a bordereau that came back: same number, same mandats, another flow."""
    with app.ledger.transaction() as books:
        bordereau = books.get(Bordereau, key)
        mandats = books.find(Mandat, id=bordereau.mandats)
        if any(mandat.state is not MandatState.PREPARED for mandat in mandats):
            tally.note(f"Bordereau {key} : tous ses mandats ne sont pas repris, il attend.")
            return
        budget = app.policy.budget(bordereau.siret)
        closing = [mandat for mandat in mandats if _may_close(books, budget, mandat, tally)]
        if len(closing) < len(mandats) or len(ready := justified(app, books, closing, tally)) < len(mandats):
            tally.note(f"Bordereau {key} : il attend que tous ses mandats soient en règle, ou écartés.")
            return
        in_it = [mandat.moved(MandatState.IN_BORDEREAU) for mandat in ready]
        again = replace(
            bordereau,
            total=total(in_it),
            tva=total_tva(in_it),
            flux="",
            sent_before=(*bordereau.sent_before, bordereau.flux),
            refused=False,
            prepared_by=app.by,
        )
        books.save(*in_it, again)
        books.record(app.event(Subject.BORDEREAU, key, "refusé", "figé", "repris après correction, mêmes numéros"))
        _record(app, books, in_it, again)
    tally.done(key)


def _record(app: App, books: Books, mandats: Iterable[Mandat], bordereau: Bordereau) -> None:
    for mandat in mandats:
        motif = f"mandat n° {mandat.number}, bordereau n° {bordereau.number}"
        books.record(app.event(Subject.MANDAT, mandat.id, MandatState.PREPARED, mandat.state, motif, **frozen(mandat)))
