"""Complete: an editor's flow of which all is decided gets its documents, and becomes a flow to sign, in one go."""

from dataclasses import dataclass, replace
from pathlib import Path

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.completion import Completion
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.nomfic import why_renewed
from dematfin.domain.finding import blocking, with_remedies
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.flux import Flux, nomfic
from dematfin.domain.mandat.pieces import MEGABYTE
from dematfin.domain.parties.waiver import Waiver
from dematfin.errors import FlowRejected
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.signature import SignatureFact
from dematfin.steps.build import check_fit
from dematfin.steps.editor_made import make
from dematfin.steps.editor_plan import Plan, check_unchanged, plan_of, waits_for
from dematfin.steps.editor_signed import signed_by
from dematfin.steps.outcome import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The flow that leaves: its name, its bytes, who had signed it already, and the exceptions of that person."""

    nomfic: str
    document: DocumentRef
    signature: SignatureFact | None = None
    exceptions: tuple[Waiver, ...] = ()


def complete_all(app: App, tally: Tally) -> None:
    """Complete the imports that nothing holds back; tell what the others wait for."""
    with app.ledger.reading() as books:
        waiting = books.find(EditorFlow, state=EditorFlowState.OPEN)
    for flow in waiting:
        with tally.item(f"Import {flow.id}"):
            with app.ledger.reading() as books:
                why = waits_for(app, books, flow)
            if why:
                tally.note(why)
            else:
                tally.done(_complete_one(app, flow, tally))


def _complete_one(app: App, flow: EditorFlow, tally: Tally) -> str:
    with app.documents.local(flow.document) as exported:
        read = app.reader.aller(exported)
        plan, name = _plan(app, flow, read, tally)
        written = _carried_as_it_is(app, plan, exported, tally) if flow.signed else _written(app, plan, exported, name)
    flux = _flux(app, plan, written)
    with app.ledger.transaction() as books:
        check_unchanged(app, books, plan, read)
        _check_new(books, flow, written.nomfic)
        make(app, books, plan, flux)
        books.save(*written.exceptions)
    return flux.id


def _plan(app: App, flow: EditorFlow, read: ReadFlow, tally: Tally) -> tuple[Plan, str]:
    """Return what is to be made, and the name of its flow."""
    with app.ledger.transaction() as books:
        plan = plan_of(app, books, flow, read)
        used = bool(books.find(Flux, id=flow.nomfic))
        why = "" if flow.signed else why_renewed(flow.nomfic, app.policy.editor, used=used)
        first = plan.sheets[0].bordereau
        name = nomfic(flow.siret, first.exercice, first.number, books.next_number("flux")) if why else flow.nomfic
    _check_identifiers(plan, read)
    check_fit(app, plan.carried, f"Import {flow.id}")
    if why:
        tally.note(
            f"Import {flow.id} : son flux s'appelle maintenant {name}, car {why}. Le logiciel financier ne reconnaîtra "
            "pas son acquit par le nom."
        )
    return plan, name


def _check_identifiers(plan: Plan, read: ReadFlow) -> None:
    theirs = {*read.carried, *(key for sheet in read.bordereaux for one in sheet.mandats for key in one.references)}
    if same := sorted(theirs & {one.id for one in plan.documents}):
        message = (
            f"Import {plan.flow.id} : le logiciel financier y emploie déjà l'identifiant de pièce {same[0]}, qui est à "
            "nous. Exportez de nouveau ce flux sans les pièces que dematfin y avait mises."
        )
        raise FlowRejected(message)


def _written(app: App, plan: Plan, exported: Path, name: str) -> Written:
    """Write the completed flow, prove that nothing else has changed, and judge it."""
    completion = Completion(
        nomfic="" if name == plan.flow.nomfic else name,
        dematerialised=app.policy.paperless,
        references={key: pieces for key, pieces in plan.pieces.items() if pieces},
        carried=plan.carried,
    )
    with app.documents.workspace() as folder:
        target = folder / "flux.xml"
        app.writer.complete(exported, completion, target)
        if changed := app.reader.changes(exported, target, completion):
            message = (
                f"Import {plan.flow.id} : complété, il ne serait plus celui du logiciel financier. Rien n'est gardé ; "
                f"prévenez l'exploitant. {' '.join(changed)}"
            )
            raise FlowRejected(message)
        _check_good(app, plan, target)
        return Written(nomfic=name, document=app.documents.put_file(target))


def _carried_as_it_is(app: App, plan: Plan, exported: Path, tally: Tally) -> Written:
    """Check a flow that came signed; what it lacks can only follow it."""
    flow = plan.flow
    signature, exceptions = signed_by(app, plan, exported)
    if why := why_renewed(flow.nomfic, replace(app.policy.editor, keeps_nomfic=True), used=False):
        message = f"Import {flow.id} : {why}, et il est signé. Exportez-le de nouveau sous un autre nom."
        raise FlowRejected(message)
    _check_good(app, plan, exported)
    if lacking := ", ".join(one.name for one in plan.carried):
        tally.note(
            f"Import {flow.id} : il est arrivé signé, rien n'y est ajouté. Il y manque {lacking} : une fois ses "
            "mandats chez le comptable, envoyez-les-lui à part (dematfin bordereau envoyer-pieces MANDAT)."
        )
    return Written(nomfic=flow.nomfic, document=flow.document, signature=signature, exceptions=exceptions)


def _check_good(app: App, plan: Plan, target: Path) -> None:
    """Raise FlowRejected when Hélios would refuse it; how we write our own flows is not asked of an editor."""
    what = f"Import {plan.flow.id}"
    if (size := target.stat().st_size) > app.policy.flow_limit:
        message = (
            f"{what} : avec ses pièces il pèse {size / MEGABYTE:.1f} Mo, plus que les "
            f"{app.policy.flow_limit / MEGABYTE:.0f} Mo que le TdT admet (taille_flux de la section [pes]). "
            "Exportez ses bordereaux en deux flux depuis le logiciel financier, ou allégez ses pièces."
        )
        raise FlowRejected(message)
    known = frozenset(one.id for one in plan.documents if one.accepted_in)
    if problems := blocking(app.reader.judge(target, known)):
        message = f"{what} : le flux ne respecte pas les règles d'Hélios. {' '.join(with_remedies(problems))}"
        raise FlowRejected(message)


def _flux(app: App, plan: Plan, written: Written) -> Flux:
    """Return the flow: to be signed, or signed already."""
    former = [sheet.former.flux for sheet in plan.sheets if sheet.former]
    flux = Flux(
        id=written.nomfic,
        siret=plan.flow.siret,
        bordereaux=tuple(sheet.bordereau.id for sheet in plan.sheets),
        pieces=tuple(one.id for one in plan.documents),
        unsigned=written.document,
        on_paper=not app.policy.paperless,
        replaces=former[0] if former else "",
        editor_flow=plan.flow.id,
    )
    if written.signature is None:
        return flux
    signed = flux.moved(flux.waiting)
    return replace(signed, pieces=(), signed=written.document, signed_by=written.signature.signer, on_paper=False)


def _check_new(books: Books, flow: EditorFlow, name: str) -> None:
    if books.find(Flux, id=name):
        message = (
            f"Import {flow.id} : un flux {name} existe déjà ici, et un nom ne sert qu'une fois. Exportez-le de nouveau "
            "sous un autre nom."
        )
        raise FlowRejected(message)
