"""`bordereau importer|imports|import|rapprocher|abandonner`: the flows of a finance software that makes the mandats."""

from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import editor_drop, editor_flows
from dematfin.acts.editor_flows import Review, Row
from dematfin.cli import revoir
from dematfin.cli.context import DEFAULT, Configuration, Desk, Json, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import complain, counted, day, say, table, write_json
from dematfin.domain.editor.disagreements import acceptance
from dematfin.domain.editor.editor_flow import EDITOR_FLOW_MACHINE, EditorFlowState
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing, PairingState
from dematfin.domain.finding import Severity
from dematfin.domain.money import ZERO, french
from dematfin.errors import DematfinError
from dematfin.steps.editor_import import Arrival
from dematfin.steps.held_back import TO_DECIDE

S = PairingState
SHOWN: Final = 10
"""Sentences of one kind that a screen shows: the others are counted."""
WORDS: Final = {
    S.CERTAIN: "certaine",
    S.TO_DECIDE: "à décider",
    S.CHOSEN: "choisie",
    S.WITHOUT: "sans facture",
    S.EXEMPT: "sans facture",
}
Key = Annotated[str, typer.Argument(metavar="IMPORT", help="Par exemple E2026-000003.")]
Files = Annotated[list[Path], typer.Argument(metavar="FLUX", dir_okay=False, exists=True, help="Un flux ou plusieurs.")]
Motif = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the family of bordereaux."""
    app.command("importer", cls=FrenchCommand)(bring_in)
    app.command("imports", cls=FrenchCommand)(list_imports)
    app.command("import", cls=FrenchCommand)(show_import)
    app.command("revoir", cls=FrenchCommand)(revoir.review)
    app.command("rapprocher", cls=FrenchCommand)(pair)
    app.command("abandonner", cls=FrenchCommand)(drop)


def bring_in(flux: Files, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Importe les flux PES du logiciel financier et rapproche leurs mandats des factures visées."""
    desk = sit(configuration)
    arrivals, refusals = [], []
    for file in flux:
        try:
            arrivals.append(editor_flows.bring_in(desk.app, desk.who, file, file.name))
        except DematfinError as error:
            refusals.append(error)
            complain(str(error) if file.name in str(error) else f"{file.name} : {error}")
            continue
        if not json:
            _show_arrival(desk, file.name, arrivals[-1])
    if json:
        write_json(arrivals)
    if refusals:
        raise typer.Exit(refusals[0].exit_code)


def list_imports(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les imports du logiciel financier et ce qu'ils deviennent."""
    desk = sit(configuration)
    found = editor_flows.listed(desk.app, desk.who)
    if json:
        write_json(found)
        return
    table(
        ("Import", "Reçu le", "Budget", "Bord.", "Mandats", "Total", "État"),
        [_import_row(desk, one) for one in found],
        right=(4, 5),
        words=(3, 6),
        empty="Aucun import : dematfin bordereau importer FLUX.xml",
    )


def show_import(cle: Key, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre un import, mandat par mandat : la facture de chacun, les écarts, ce qui le retient."""
    desk = sit(configuration)
    found = editor_flows.review(desk.app, desk.who, cle)
    if json:
        write_json({"import": found.flow, "mandats": found.rows, "retenu_par": found.held})
        return
    _show_head(desk, found)
    several = _several(found)
    table(
        ("Mandat", "Créancier", "Montant", "Sa facture", "Paie", "Rapprochement"),
        [_row(row, several) for row in found.rows],
        right=(2,),
        words=(1, 3, 5),
    )
    _show_gaps(found)
    _show_held(found)
    say(_next(found), style="bold")


def pair(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    cle: Key,
    mandat: Annotated[str, typer.Argument(metavar="MANDAT", help="Son numéro, par exemple 1187.")],
    configuration: Configuration = DEFAULT,
    facture: Annotated[str, typer.Option("--facture", metavar="FACTURE", help="La facture qu'il paie.")] = "",
    sans_facture: Annotated[bool, typer.Option("--sans-facture", help="Il ne paie aucune facture.")] = False,
    accepter: Annotated[
        str, typer.Option("--accepter", metavar="CODE", help="Accepte cet écart, par exemple ECART-MONTANT.")
    ] = "",
    annuler: Annotated[bool, typer.Option("--annuler", help="Reprend ce qui avait été décidé.")] = False,
    motif: Motif = "",
) -> None:
    """Dit ce que paie un mandat d'un import, ou accepte un écart avec sa facture, sous votre nom."""
    if sum(map(bool, (facture, sans_facture, accepter, annuler))) != 1:
        message = "dites une chose à la fois : --facture, --sans-facture, --accepter ou --annuler."
        raise typer.BadParameter(message, param_hint="MANDAT")
    desk = sit(configuration)
    if facture:
        done = editor_flows.choose(desk.app, desk.who, cle, mandat, facture)
    elif sans_facture:
        done = editor_flows.exempt(desk.app, desk.who, cle, mandat, motif)
    elif accepter:
        done = editor_flows.accept(desk.app, desk.who, cle, mandat, accepter, motif)
    else:
        done = editor_flows.undo(desk.app, desk.who, cle, mandat)
    revoir.tell(desk, done)


def drop(cle: Key, motif: Motif, configuration: Configuration = DEFAULT) -> None:
    """Abandonne un import : le logiciel financier en exportera un autre, ou jamais."""
    desk = sit(configuration)
    flow = editor_drop.drop(desk.app, desk.who, cle, motif)
    if flow.flux:
        say(f"Flux {flow.flux} : retiré, il n'était pas parti.")
    say(f"Import {flow.id} : abandonné. Ses mandats et ses factures peuvent revenir par un autre import.")


def _show_arrival(desk: Desk, name: str, arrival: Arrival) -> None:
    found = editor_flows.review(desk.app, desk.who, arrival.flow.id)
    if arrival.again:
        state = EDITOR_FLOW_MACHINE.words[arrival.flow.state]
        say(f"{name} : déjà importé ({arrival.flow.id}, {state}), rien n'est refait.", style="yellow")
    _show_head(desk, found)
    for remark in arrival.remarks:
        say(f"  ! {remark}", style="yellow")
    _show_gaps(found)
    _show_held(found)
    say(_next(found), style="bold")


def _show_head(desk: Desk, found: Review) -> None:
    flow = found.flow
    say(f"Import {flow.id} · {flow.name} · {_stands(found)}", style="bold")
    say(f"Budget {desk.app.policy.budget(flow.siret).code} · flux {flow.nomfic or 'sans nom'} · {flow.sender}")
    for sheet in flow.sheets:
        what = f"Bordereau n° {sheet.number} de {sheet.exercice}"
        say(f"{what} · {counted(sheet.mandats, 'mandat')} · {french(sheet.total)}")
    if flow.signed:
        say("Il est arrivé signé : il est vérifié et transmis tel quel, rien n'y est ajouté.")
    if flow.reason:
        say(f"Abandonné : {flow.reason}")
    certain, chosen = len(found.in_state(S.CERTAIN)), len(found.in_state(S.CHOSEN))
    alone, waiting = len(found.in_state(S.WITHOUT, S.EXEMPT)), len(found.in_state(S.TO_DECIDE))
    say(f"Rapprochés d'office : {certain} · choisis : {chosen} · sans facture : {alone} · à décider : {waiting}")


def _show_gaps(found: Review) -> None:
    """Show what is not already among what holds it back."""
    held = {one.sentence for one in found.held}
    accepted = {one for row in found.rows for one in row.pairing.accepted}
    gaps = [one for row in found.rows for one in row.disagreements if one.sentence not in held]
    for one in gaps[:SHOWN]:
        passed = " Écart accepté." if one.severity is Severity.BLOCKING and acceptance(one) in accepted else ""
        say(f"  ! {one.sentence}{passed} ({one.code})", style="yellow")
    _others(len(gaps))


def _show_held(found: Review) -> None:
    """Show what a person must see first: what is merely to decide has its own review."""
    for one in sorted(found.held, key=lambda one: one.code == TO_DECIDE)[:SHOWN]:
        say(f"  ✗ {' '.join(filter(None, (one.sentence, one.remedy)))} ({one.code})", style="red")
    _others(len(found.held))


def _others(count: int) -> None:
    if count > SHOWN:
        say(f"  … et {count - SHOWN} de plus (--json les donne tous)")


def _next(found: Review) -> str:
    key = found.flow.id
    if found.flow.state is EditorFlowState.DROPPED:
        return "Il n'ira pas plus loin."
    if found.flow.state is EditorFlowState.COMPLETED:
        return f"Son flux suit son chemin : dematfin flux voir {found.flow.flux}"
    if found.in_state(S.TO_DECIDE):
        return f"Ensuite : dites ce que paient les mandats à décider (dematfin bordereau revoir {key})."
    if found.held:
        return "Ensuite : levez ce qui le retient ; la préparation le complète dès que plus rien ne s'y oppose."
    return "Ensuite : rien ne le retient, la préparation le complète (dematfin bordereau preparer)."


def _import_row(desk: Desk, one: Review) -> tuple[str, ...]:
    flow = one.flow
    return (
        flow.id,
        day(desk.app.clock.local(flow.imported_at).date()),
        desk.app.policy.budget(flow.siret).code,
        ", ".join(str(sheet.number) for sheet in flow.sheets),
        str(sum(sheet.mandats for sheet in flow.sheets)),
        french(sum((sheet.total for sheet in flow.sheets), ZERO)),
        _stands(one),
    )


def _stands(one: Review) -> str:
    """Say where an import stands: an open one, by what it waits for."""
    if one.flow.state is not EditorFlowState.OPEN:
        return EDITOR_FLOW_MACHINE.words[one.flow.state]
    if waiting := len(one.in_state(S.TO_DECIDE)):
        return f"à rapprocher : {counted(waiting, 'mandat')}"
    return f"retenu : {counted(len(one.held), 'point')}" if one.held else "prêt, à préparer"


def _several(found: Review) -> set[tuple[str, int, int]]:
    """Return the mandats that pay several things: their claims are named by their whole key."""
    return {_mandat(row.pairing) for row in found.rows if row.pairing.claim.rank > 1}


def _row(row: Row, several: set[tuple[str, int, int]]) -> tuple[str, ...]:
    one = row.pairing
    pays = one.invoice_id if one.state in WITH_INVOICE else one.rule or one.motif or "—"
    return (
        one.claim.key if _mandat(one) in several else str(one.claim.mandat),
        one.claim.creditor,
        french(one.claim.amount),
        one.claim.number,
        pays,
        WORDS[one.state] + (", retenue" if row.held and one.state is not S.TO_DECIDE else ""),
    )


def _mandat(one: Pairing) -> tuple[str, int, int]:
    return (one.claim.kind, one.claim.bordereau, one.claim.mandat)
