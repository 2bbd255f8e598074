"""Build: each frozen bordereau gets its flow, judged before anybody signs it."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import FlowPlan, Flux, nomfic
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece, to_carry
from dematfin.errors import ComeBackLater, FlowRejected
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally


def build_all(app: App, tally: Tally) -> None:
    """Build the flows that are missing."""
    with app.ledger.reading() as books:
        waiting = [one for one in books.find(Bordereau, flux="") if one.mandats]
    for bordereau in waiting:
        with tally.item(f"Bordereau {bordereau.id}"):
            tally.done(_build_one(app, bordereau))


def _build_one(app: App, bordereau: Bordereau) -> str:
    plan = _plan(app, bordereau)
    with app.documents.workspace() as folder:
        target = folder / "flux.xml"
        app.writer.build(plan, target)
        if problems := blocking(app.writer.problems(target)):
            sentences = " ".join(finding.sentence for finding in problems[:5])
            message = f"Bordereau {bordereau.id} : le flux ne respecte pas les règles d'Hélios. {sentences}"
            raise FlowRejected(message)
        document = app.documents.put_file(target)
    flux = Flux(
        id=plan.nomfic,
        siret=bordereau.siret,
        bordereaux=(bordereau.id,),
        pieces=tuple(piece.id for piece in plan.references),
        unsigned=document,
        replaces=bordereau.sent_before[-1] if bordereau.sent_before else "",
    )
    with app.ledger.transaction() as books:
        _check_unchanged(books, plan)
        books.save(flux, replace(bordereau, flux=flux.id))
        motif = f"bordereau {bordereau.id}, {document.size} octets, à signer"
        books.record(app.event(Subject.FLUX, flux.id, "", flux.state, motif, sha256=document.sha256))
    return flux.id


def _check_unchanged(books: Books, plan: FlowPlan) -> None:
    """Keep no flow of what somebody corrected, or built too, while it was being written."""
    for bordereau, mandats in plan.sheets:
        now = books.find(Mandat, id=bordereau.mandats)
        if books.get(Bordereau, bordereau.id) != bordereau or set(now) != set(mandats):
            message = (
                f"Bordereau {bordereau.id} : il a changé pendant que son flux était construit. Préparez de nouveau."
            )
            raise ComeBackLater(message)


def _plan(app: App, bordereau: Bordereau) -> FlowPlan:
    with app.ledger.transaction() as books:
        mandats = {mandat.id: mandat for mandat in books.find(Mandat, id=bordereau.mandats)}
        ordered = sorted((mandats[key] for key in bordereau.mandats), key=lambda mandat: mandat.number)
        references = books.find(Piece, id=tuple(key for mandat in ordered for key in mandat.pieces))
        sequence = books.next_number("flux")
    return FlowPlan(
        nomfic=nomfic(bordereau.siret, bordereau.exercice, bordereau.number, sequence),
        budget=app.policy.budget(bordereau.siret),
        built_on=app.clock.today(),
        sheets=((bordereau, tuple(ordered)),),
        references=references,
        carried=frozenset(piece.id for piece in to_carry(references)),
    )
