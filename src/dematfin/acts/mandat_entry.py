"""An agent has a mandat made that pays no invoice: its documents come with it, it waits for the next preparation."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.entry import MandatEntry, check, drafted, wrong
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, unfit
from dematfin.domain.money import french
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement, engagement_id
from dematfin.errors import PiecesMissing, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.correction import check_part
from dematfin.steps.creditor import payable
from dematfin.steps.credits import charge
from dematfin.steps.exercices import year_of
from dematfin.steps.justify import judge
from dematfin.steps.keeping import Given, keep, store
from dematfin.steps.liquidate import next_mandat_id
from dematfin.steps.pieces import MANDAT, kept_for

LOOKS_BACK: Final = timedelta(days=60)
"""A second mandat alike within two months is more often typed twice than due twice."""
Stored = tuple[Given, tuple[str, DocumentRef]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A mandat, and what annexe I still asks for."""

    mandat: Mandat
    lacking: tuple[Finding, ...] = ()


class _Undone(Exception):
    """Nothing is wrong: what was only tried is undone with its transaction."""


def enter(app: App, who: Person, entry: MandatEntry, given: Sequence[Given]) -> Entered:
    """Make a mandat that pays no invoice, its documents with it.

    Raises:
        Forbidden, UnknownRecord; RoutingError: no such budget; RuleError: what is said cannot be mandated, the finance
            software makes the mandats of this budget, or a mandat like it was made within two months; PiecesMissing: no
            document, an account that is not cleared, or too little left on a chapter or an engagement; DocumentError:
            a file is neither a PDF nor a picture; FlowRejected: Hélios would refuse it.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        return _entered(app, books, entry, given)


def rehearse(app: App, who: Person, entry: MandatEntry, given: Sequence[Given]) -> Entered:
    """Say what `enter` would make, and make nothing; raises as `enter`."""
    app = app.on_behalf_of(who, Act.PREPARE)
    with suppress(_Undone), app.ledger.transaction() as books:
        entered = _entered(app, books, entry, given)
        raise _Undone
    return entered


def _entered(app: App, books: Books, entry: MandatEntry, given: Sequence[Given]) -> Entered:
    said, budget = check(entry, app.clock.today()), app.policy.budget_named(entry.budget)
    _check_ours(budget)
    _check_given(given)
    stored = [(one, store(app, one)) for one in given]
    draft = _draft(app, books, said, budget)
    alike = _alike(app, books, draft)
    if alike and not said.confirmed:
        why = (
            f"{alike} demande déjà {french(draft.amount)} pour {draft.tiers.name}, « {draft.label} », depuis moins de "
            f"{LOOKS_BACK.days} jours. Si la somme est bien due une seconde fois, recommencez avec --confirme"
        )
        raise wrong(why)
    made = _made(app, books, draft, stored, alike)
    return Entered(mandat=made, lacking=judge(app, books, made)[0])


def _draft(app: App, books: Books, said: MandatEntry, budget: Budget) -> Mandat:
    """Return the mandat that is asked for, judged before it gets a name."""
    creditor = _creditor(books, said.tiers)
    key = engagement_id(budget.siret, said.engagement) if said.engagement else ""
    found = books.find(Engagement, id=key) if key else ()
    draft = drafted(said, budget.siret, creditor, found[0] if found else None)
    for asked in (replace(said.base, engagement=said.engagement), *said.lines):
        check_part(books, replace(draft, engagement=""), asked.on(draft))
    draft = payable(app, books, replace(draft, exercice=year_of(app, books, draft)), creditor)
    app.writer.check(draft, budget)
    return draft


def _made(app: App, books: Books, draft: Mandat, stored: Sequence[Stored], alike: str) -> Mandat:
    charge(books, draft)
    mandat_id = next_mandat_id(books, draft.exercice)
    pieces = [keep(app, books, one, where, kept_for(MANDAT, mandat_id)) for one, where in stored]
    _check_fit(app, pieces)
    mandat = replace(draft, id=mandat_id, pieces=tuple(dict.fromkeys(piece.id for piece in pieces)))
    books.save(mandat)
    motif = f"saisi sans facture : {mandat.label}, {french(mandat.amount)} pour {mandat.tiers.name}"
    motif += f", pièces : {len(mandat.pieces)}" + (f", confirmé malgré {alike}" if alike else "")
    books.record(app.event(Subject.MANDAT, mandat.id, "", mandat.state, motif))
    return mandat


def _creditor(books: Books, key: str) -> Tiers:
    """Return a creditor of the register, by its reference or its national number."""
    wanted = "".join(key.split())
    found = books.find(Tiers, id=wanted) or books.find(Tiers, identifier=wanted) or books.find(Tiers, siren=wanted)
    if not wanted or not found:
        message = (
            f"« {key} » n'est la référence, le SIRET ni le SIREN d'aucun tiers. Importez les tiers (dematfin tiers "
            "importer) puis recommencez. Rien n'est fait."
        )
        raise UnknownRecord(message)
    if len(found) > 1:
        names = ", ".join(f"{one.id} ({one.name})" for one in found)
        why = f"plusieurs tiers ont le numéro « {key} » : {names}. Donnez la référence de l'un d'eux (--tiers)"
        raise wrong(why)
    return found[0]


def _alike(app: App, books: Books, draft: Mandat) -> str:
    """Return the id of a living mandat like this one, made lately; empty when there is none."""
    same = books.find(Mandat, amount=draft.amount)
    alive = [one.id for one in same if one.state is not MandatState.CANCELLED and _likeness(one) == _likeness(draft)]
    if not alive:
        return ""
    made = {one.event.subject_id: one.event.at for one in reversed(app.ledger.history(Subject.MANDAT, alive))}
    return next((key for key in sorted(made, reverse=True) if made[key] >= app.clock.now() - LOOKS_BACK), "")


def _likeness(mandat: Mandat) -> tuple[object, ...]:
    return (mandat.tiers.siren, " ".join(mandat.label.casefold().split()), mandat.origin)


def _check_ours(budget: Budget) -> None:
    if budget.editor:
        why = (
            f"le logiciel financier fait les mandats du budget {budget.code}. Saisissez-le là-bas, puis importez son "
            "flux (dematfin bordereau importer FLUX.xml)"
        )
        raise wrong(why)


def _check_given(given: Sequence[Given]) -> None:
    if not given:
        message = (
            "Aucune pièce ne le justifie, Hélios le refuserait : donnez-en une (--piece FICHIER). Rien n'est fait."
        )
        raise PiecesMissing(message)


def _check_fit(app: App, pieces: Sequence[Piece]) -> None:
    if sentences := " ".join(unfit(pieces, app.policy.piece_limit)):
        raise PiecesMissing(sentences)
