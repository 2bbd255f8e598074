"""Late pieces: documents that go to Hélios without their mandat, which is there already (RefCompta).

Such a flow orders nothing to be paid: nobody signs it.
"""

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import MANDAT
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import (
    FlowPlan,
    Flux,
    FluxState,
    MandatReference,
    nomfic_of_pieces,
)
from dematfin.domain.mandat.mandat import AT_HELIOS, Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, on_their_way
from dematfin.errors import ComeBackLater, RuleError
from dematfin.ports.app import App
from dematfin.ports.gate import check_open
from dematfin.ports.ledger import Books
from dematfin.steps.build import check_fit, write_flow
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.pieces import pieces_of, with_kept


def send_late(app: App, mandat_id: str) -> Outcome:
    """Build the flow of what a mandat still lacks at Hélios, ready to be transmitted.

    Raises:
        RuleError: the mandat is not there yet, or lacks nothing.
        FlowRejected: a document cannot be sent, by name.
    """
    tally = Tally("envoi de pièces seules")
    plan = _plan(app, mandat_id)
    what = f"Mandat {mandat_id}"
    check_fit(app, plan.references, what)
    flux = Flux(
        id=plan.nomfic,
        siret=plan.budget.siret,
        state=FluxState.READY,
        bordereaux=(),
        pieces=tuple(piece.id for piece in plan.references),
        unsigned=write_flow(app, plan, what, tally),
    )
    with app.ledger.transaction() as books:
        if books.find(Piece, id=flux.pieces) != plan.references:
            message = f"{what} : ses pièces ont changé pendant que leur flux était construit. Recommencez."
            raise ComeBackLater(message)
        books.save(flux, *(piece.carried(flux.id) for piece in plan.references))
        motif = f"{len(flux.pieces)} pièces seules du mandat {mandat_id}, sans signature à donner"
        books.record(app.event(Subject.FLUX, flux.id, "", flux.state, motif, sha256=flux.unsigned.sha256))
    tally.done(flux.id)
    return tally.outcome()


def _plan(app: App, mandat_id: str) -> FlowPlan:
    with app.ledger.transaction() as books:
        check_open(books)
        mandat = books.get(Mandat, mandat_id)
        bordereau = _bordereau(books, mandat)
        pieces = _missing(app, books, mandat)
        books.save(*pieces)
        sequence = books.next_number("flux")
    late = (MandatReference(exercice=mandat.exercice, kind=bordereau.kind, number=mandat.number),)
    return FlowPlan(
        nomfic=nomfic_of_pieces(bordereau.siret, bordereau.exercice, sequence),
        budget=app.policy.budget(bordereau.siret),
        built_on=app.clock.today(),
        sheets=(),
        references=pieces,
        carried=frozenset(piece.id for piece in pieces),
        late={piece.id: late for piece in pieces},
    )


def _bordereau(books: Books, mandat: Mandat) -> Bordereau:
    """Return the bordereau with which the mandat arrived; raises RuleError when it has not."""
    if mandat.state not in AT_HELIOS:
        state = MANDAT[mandat.state]
        message = f"Mandat {mandat.id} : il n'est pas chez le comptable ({state}). Ses pièces partiront avec lui."
        raise RuleError(message)
    bordereau = books.get(Bordereau, mandat.bordereau)
    if mandat.state is MandatState.SENT and books.get(Flux, bordereau.flux).state is not FluxState.ACKNOWLEDGED:
        message = (
            f"Mandat {mandat.id} : Hélios n'a pas encore répondu à son flux {bordereau.flux}. Attendez son acquit."
        )
        raise RuleError(message)
    return bordereau


def _missing(app: App, books: Books, mandat: Mandat) -> tuple[Piece, ...]:
    """Return the documents of a mandat, those that came since included, that Hélios lacks and is not about to get."""
    named = {piece.id: piece for piece in books.find(Piece, id=with_kept(books, mandat).pieces)}
    for invoice in books.find(Invoice, id=mandat.invoice_ids):
        named |= {piece.id: piece for piece in pieces_of(app, books, invoice, mandat.exercice)}
    open_pieces = [piece for _, piece in sorted(named.items()) if not piece.accepted_in and not piece.replaced_by]
    gone = on_their_way(open_pieces, _holding(books, open_pieces))
    if missing := tuple(piece for piece in open_pieces if piece not in gone):
        return missing
    message = f"Mandat {mandat.id} : Hélios a toutes ses pièces, ou va les recevoir. Il n'y a rien à envoyer."
    raise RuleError(message)


def _holding(books: Books, pieces: list[Piece]) -> set[str]:
    """Return the flows that carry these documents, under way or accepted."""
    flows = books.find(Flux, id={key for piece in pieces for key in piece.carried_in})
    return {flux.id for flux in flows if flux.brings}
