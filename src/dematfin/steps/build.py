"""Build: each frozen bordereau gets its flow, judged before anybody signs it."""

from dataclasses import replace

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking, with_remedies
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import FlowPlan, Flux, nomfic
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece, to_carry, unfit
from dematfin.errors import ComeBackLater, FlowRejected
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally


def build_all(app: App, tally: Tally) -> None:
    """Build the flows that are missing."""
    with app.ledger.reading() as books:
        waiting = [one for one in books.find(Bordereau, flux="", editor=False) if one.mandats]
    for bordereau in waiting:
        with tally.item(f"Bordereau {bordereau.id}"):
            tally.done(_build_one(app, bordereau, tally))


def write_flow(app: App, plan: FlowPlan, what: str, tally: Tally) -> DocumentRef:
    """Write and keep a flow; raises FlowRejected, with `what` it is of, when Hélios would refuse it."""
    with app.documents.workspace() as folder:
        target = folder / "flux.xml"
        for remark in app.writer.build(plan, target):
            tally.note(remark)
        there = frozenset(piece.id for piece in plan.references if piece.accepted_in)
        if problems := blocking(app.writer.problems(target, there)):
            told = " ".join(with_remedies(problems))
            message = f"{what} : le flux ne respecte pas les règles d'Hélios. {told}"
            raise FlowRejected(message)
        return app.documents.put_file(target)


def check_fit(app: App, pieces: tuple[Piece, ...], what: str) -> None:
    """Raise FlowRejected, naming the documents that cannot be sent."""
    if sentences := " ".join(unfit(pieces, app.policy.piece_limit)):
        message = f"{what} : {sentences}"
        raise FlowRejected(message)


def _build_one(app: App, bordereau: Bordereau, tally: Tally) -> str:
    what = f"Bordereau {bordereau.id}"
    plan = _plan(app, bordereau)
    check_fit(app, plan.travelling, what)
    document = write_flow(app, plan, what, tally)
    flux = Flux(
        id=plan.nomfic,
        siret=bordereau.siret,
        bordereaux=(bordereau.id,),
        pieces=tuple(piece.id for piece in plan.references),
        unsigned=document,
        on_paper=not app.policy.paperless,
        replaces=bordereau.sent_before[-1] if bordereau.sent_before else "",
    )
    with app.ledger.transaction() as books:
        _check_unchanged(books, plan)
        books.save(flux, replace(bordereau, flux=flux.id), *(piece.carried(flux.id) for piece in plan.travelling))
        motif = f"bordereau {bordereau.id}, {document.size} octets, à signer"
        books.record(app.event(Subject.FLUX, flux.id, "", flux.state, motif, sha256=document.sha256))
    return flux.id


def _check_unchanged(books: Books, plan: FlowPlan) -> None:
    """Keep no flow of what somebody corrected, or built too, while it was being written."""
    for bordereau, mandats in plan.sheets:
        now = books.find(Mandat, id=bordereau.mandats)
        same = books.get(Bordereau, bordereau.id) == bordereau and set(now) == set(mandats)
        if not same or _pieces_of(books, mandats) != plan.references:
            message = (
                f"Bordereau {bordereau.id} : il a changé pendant que son flux était construit. Préparez de nouveau."
            )
            raise ComeBackLater(message)


def _plan(app: App, bordereau: Bordereau) -> FlowPlan:
    """Plan a flow that carries whatever Hélios has not accepted yet, though another flow on its way may carry it too.

    That one may be refused, or dropped: carried twice, a document is refused once and is there all the same; only
    referred to, it would be missing.
    """
    budget = app.policy.budget(bordereau.siret)
    with app.ledger.transaction() as books:
        mandats = {mandat.id: mandat for mandat in books.find(Mandat, id=bordereau.mandats)}
        ordered = tuple(sorted((mandats[key] for key in bordereau.mandats), key=lambda mandat: mandat.number))
        references = _pieces_of(books, ordered)
        sequence = books.next_number("flux")
    return FlowPlan(
        nomfic=nomfic(bordereau.siret, bordereau.exercice, bordereau.number, sequence),
        budget=budget,
        built_on=app.clock.today(),
        sheets=((bordereau, ordered),),
        references=references,
        carried=frozenset(piece.id for piece in to_carry(references)),
    )


def _pieces_of(books: Books, mandats: tuple[Mandat, ...]) -> tuple[Piece, ...]:
    return books.find(Piece, id=tuple(key for mandat in mandats for key in mandat.pieces))
