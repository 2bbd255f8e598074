"""One mandat is set aside, by the mayor or an agent: the others of its bordereau are to be signed without it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dematfin.domain.editor.ownership import check_ours
from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.aside import after, check_aside, put_aside, taken_back, without
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import french
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.build import build_all
from dematfin.steps.cumul import flux_of, later
from dematfin.steps.day import LEASES
from dematfin.steps.give_up import give_up
from dematfin.steps.intentions import announced, recall
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.prepare import prepare

ASIDE: Final = "écarté"
"""What the journal says that a mandat became: whoever does it has not prepared it, and may sign the others."""
TO_REDO: Final = "à refaire"
HELD_BACK: Final = frozenset({FluxState.BUILT, FluxState.SIGNED})
"""A flow that is still ours alone."""
LEFT: Final = (
    "son flux est {state}, le comptable peut l'avoir. S'il ne doit pas être payé, demandez au comptable de le "
    "rejeter ; une fois pris en charge, il s'annule par un mandat d'annulation."
)
AWAY: Final = "son flux est {state} : rappelez-le d'abord (dematfin bordereau rappeler {bordereau}), puis recommencez."


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What setting a mandat aside has changed.

    Attributes:
        bordereau: what is left of its bordereau.
        unsigned: the bordereaux whose signature is void: their flow is dropped, they are to be signed again.
        announced: invoices that Chorus Pro shows as mandated under its number, which cannot be taken back.
        built: what became of the new flows.
    """

    mandat: Mandat
    bordereau: Bordereau
    unsigned: tuple[str, ...]
    announced: tuple[str, ...]
    built: Outcome


def set_aside(app: App, who: Person, bordereau_id: str, mandat_key: str, motif: str) -> Aside:
    """Take a mandat out of its bordereau, until its flow begins to leave; flows that say otherwise are dropped.

    `mandat_key` is its id or its number.

    Raises:
        Forbidden: neither the ordonnateur nor an agent; UnknownRecord; ComeBackLater: a preparation is under way.
        RuleError: no motif, the deposit has begun, the bordereau came back, or a flow is being signed elsewhere.
    """
    app = app.on_behalf_of(who, Act.SIGN if who.may(Act.SIGN) else Act.PREPARE)
    with app.ledger.lease(LEASES[prepare], app.holder):
        with app.ledger.transaction() as books:
            bordereau = books.get(Bordereau, bordereau_id)
            check_ours(bordereau)
            mandat = _named(books, bordereau, mandat_key)
            reason = for_journal(f"Mandat {mandat.id}", motif)
            following = later(books, bordereau)
            unsigned = tuple(_undo(app, books, one, mandat, reason) for one in (bordereau, *following))
            left = [one for one in books.find(Mandat, id=bordereau.mandats) if one.id != mandat.id]
            remains = without(bordereau, mandat, left)
            books.save(remains, put_aside(mandat, reason), *(after(one, mandat) for one in following))
            _record(app, books, mandat, remains, reason)
            told = tuple(one.id for one in _recalled(books, mandat, reason))
        tally = Tally("reconstruction des flux")
        build_all(app, tally)
    with app.ledger.reading() as books:
        aside, remains = books.get(Mandat, mandat.id), books.get(Bordereau, bordereau_id)
    void = tuple(filter(None, unsigned))
    return Aside(mandat=aside, bordereau=remains, unsigned=void, announced=told, built=tally.outcome())


def take_back(app: App, who: Person, mandat_id: str) -> Mandat:
    """Let a mandat that was set aside go in the next bordereau, under its own number.

    Raises:
        Forbidden, UnknownRecord; RuleError when it is not set aside.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        check_ours(mandat)
        again = taken_back(mandat)
        books.save(again)
        motif = f"réintégré, garde le n° {mandat.number} ; il avait été écarté : {mandat.set_aside}"
        books.record(app.event(Subject.MANDAT, mandat_id, ASIDE, again.state, motif))
    return again


def abandon(app: App, who: Person, mandat_id: str, motif: str) -> Mandat:
    """Cancel for good a mandat that was set aside: its number, its credits and its invoices are free again.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, it is not set aside, it is reduced, or Chorus Pro shows
            it to its supplier.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        check_ours(mandat)
        reason = for_journal(f"Mandat {mandat_id}", motif)
        check_aside(mandat, "écartez-le d'abord de son bordereau (dematfin bordereau ecarter)")
        return give_up(app, books, mandat, reason)


def _named(books: Books, bordereau: Bordereau, key: str) -> Mandat:
    """Return a mandat of a bordereau, by its id or its number, if it may still be set aside."""
    mandats = books.find(Mandat, id=bordereau.mandats)
    found = [one for one in mandats if key in {one.id, str(one.number)}]
    if not found:
        message = f"Le bordereau {bordereau.id} n'a pas de mandat « {key} » (dematfin bordereau voir {bordereau.id})."
        raise UnknownRecord(message)
    if found[0].state is MandatState.REFUSED_AT_GATE:
        message = (
            f"Le bordereau {bordereau.id} a été refusé : reprenez-le d'abord (dematfin bordereau reprendre "
            f"{bordereau.id}), vous écarterez ensuite le mandat {key}."
        )
        raise RuleError(message)
    return found[0]


def _undo(app: App, books: Books, bordereau: Bordereau, mandat: Mandat, reason: str) -> str:
    """Drop the flow of a bordereau, kept but never sent; return the bordereau's id when its signature becomes void."""
    flux = flux_of(books, bordereau)
    motif = f"mandat n° {mandat.number} de {french(mandat.amount)} écarté : {reason}"
    books.record(app.event(Subject.BORDEREAU, bordereau.id, "figé", TO_REDO, motif, mandat=mandat.id))
    if flux is None or bordereau.refused:
        return ""
    if flux.state not in HELD_BACK:
        why = (AWAY if flux.state is FluxState.SIGNING else LEFT).format(state=FLUX[flux.state], bordereau=bordereau.id)
        message = f"Le mandat n° {mandat.number} ne peut pas être écarté. Bordereau {bordereau.id} : {why}"
        raise RuleError(message)
    books.save(flux.moved(FluxState.DROPPED))
    books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.DROPPED, motif))
    return bordereau.id if flux.state is FluxState.SIGNED else ""


def _record(app: App, books: Books, mandat: Mandat, remains: Bordereau, reason: str) -> None:
    marks = {EXCEPTION: Exceptional.MANDAT_ASIDE}
    where = f"du bordereau {remains.id}, garde le n° {mandat.number}"
    books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, ASIDE, f"{where} : {reason}", **marks))


def _recalled(books: Books, mandat: Mandat, reason: str) -> Iterable[Invoice]:
    """Keep Chorus Pro from being told a mandat that is set aside; yield the invoices of which it was told already."""
    for invoice in books.find(Invoice, id=mandat.invoice_ids):
        recall(books, invoice, f"mandat {mandat.id} écarté : {reason}")
        if announced(books, invoice):
            yield invoice
