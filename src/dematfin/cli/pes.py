"""`pes voir|comparer`: a flow as a person reads it, ours or anybody's."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import flows
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, day, say, table, weight, write_json
from dematfin.domain.mandat import codes
from dematfin.domain.mandat.aller import ReadBordereau, ReadDocument, ReadFlow, ReadLine, ReadMandat
from dematfin.domain.money import french
from dematfin.domain.parties.iban import mask

app = family("Les flux PES : lire, extraire, comparer.")

Flow = Annotated[Path, typer.Argument(metavar="FLUX", exists=True, dir_okay=False, help="Fichier PES_Aller.")]
First = Annotated[Path, typer.Argument(metavar="A", exists=True, dir_okay=False, help="Premier flux.")]
Second = Annotated[Path, typer.Argument(metavar="B", exists=True, dir_okay=False, help="Second flux.")]


@app.command("voir", cls=FrenchCommand)
def show(
    flux: Flow,
    configuration: Configuration = DEFAULT,
    extraire: Annotated[
        Path | None,
        typer.Option("--extraire", metavar="DOSSIER", help="Écrit les pièces jointes dans ce dossier neuf."),
    ] = None,
    json: Json = False,
) -> None:
    """Montre un flux : bordereaux, mandats, créanciers, pièces jointes."""
    desk = sit(configuration)
    flow = flows.read(desk.app, desk.who, flux)
    names = flows.take_out(desk.app, desk.who, flux, extraire) if extraire else ()
    if json:
        write_json({"flux": flow, "extraites": names})
        return
    _show_flow(flow)
    for sheet in flow.bordereaux:
        _show_sheet(sheet)
    if flow.documents:
        _show_documents(flow)
    if extraire:
        say(f"\n{counted(len(names), 'pièce')} dans {extraire} : {', '.join(names)}", style="green")


@app.command("comparer", cls=FrenchCommand)
def compare(premier: First, second: Second, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Dit ce qui change d'un flux à l'autre ; une signature en plus n'est pas un changement."""
    desk = sit(configuration)
    found = flows.compare(desk.app, desk.who, premier, second)
    changed = [one for one in found if not one.signature]
    if json:
        write_json({"identiques": not changed, "differences": found})
    else:
        for one in found:
            say(f"{'·' if one.signature else '✗'} {one.sentence}", style="" if one.signature else "red")
        if not changed:
            say("Les deux flux ordonnent la même chose" + (", la signature seule change." if found else "."))
    raise typer.Exit(1 if changed else 0)


def _show_flow(flow: ReadFlow) -> None:
    say(f"Flux {flow.nomfic} du {day(flow.written_on)}", style="bold")
    say(f"Budget {flow.budget or 'sans libellé'}, SIRET {flow.siret}, code {flow.cod_col}/{flow.cod_bud}")
    say(f"Poste comptable {flow.post} · écrit par {flow.sender}")
    say(_signatures(flow))
    if flow.others:
        say(f"Il porte aussi {', '.join(flow.others)}, qui ne se lisent pas ici.", style="yellow")


def _signatures(flow: ReadFlow) -> str:
    if flow.signed_whole:
        return "Signé en une fois pour tout le flux (signature verifier dit si elle est bonne)"
    signed = sum(1 for sheet in flow.bordereaux if sheet.signed)
    if signed:
        return f"{counted(signed, 'bordereau signé')} sur {len(flow.bordereaux)}"
    return "Non signé" if flow.dematerialised else "Non signé, et n'annonce pas de signature"


def _show_sheet(sheet: ReadBordereau) -> None:
    kind = codes.words(codes.BORDEREAU, sheet.kind) or "bordereau"
    say(f"\n{kind.capitalize()} n° {sheet.number} de {sheet.exercice}, du {day(sheet.emitted_on)}", style="bold")
    vat = f" dont {french(sheet.announced_vat)} de TVA" if sheet.announced_vat else ""
    cumul = f" · cumul annuel {french(sheet.cumul)}" if sheet.cumul is not None else ""
    say(f"Total {french(sheet.announced)}{vat}{cumul} · {counted(len(sheet.mandats), 'mandat')}")
    if sheet.announced != sheet.total:
        say(f"Attention : ses mandats font {french(sheet.total)}.", style="red")
    for mandat in sheet.mandats:
        _show_mandat(mandat)


def _show_mandat(mandat: ReadMandat) -> None:
    kind = f"{codes.words(codes.PIECE, mandat.kind[0])}, {codes.words(codes.NATURE, mandat.kind[1])}"
    say(f"\n  Mandat n° {mandat.number} · {french(mandat.amount)} · {kind}", style="bold")
    if mandat.label:
        say(f"    {mandat.label}")
    if mandat.delay and mandat.delay.followed:
        limit = f"jusqu'au {day(mandat.delay.ends_on)} ({mandat.delay.days} jours)"
        say(f"    délai de paiement du {day(mandat.delay.starts_on)} {limit}")
    for line in mandat.lines:
        _show_line(line)
    for key in mandat.references:
        say(f"    pièce {key}")


def _show_line(line: ReadLine) -> None:
    account = "/".join(filter(None, line.imputation))
    amounts = f"{french(line.ht)} HT + {french(line.vat)} TVA" if line.vat else french(line.ht)
    extras = [f"facture {line.invoice}" if line.invoice else "", f"marché {line.marche}" if line.marche else ""]
    say(f"    ligne {line.number} : {amounts}, imputation {account}" + "".join(f", {one}" for one in extras if one))
    if line.earlier:
        kind, year, number, row = line.earlier
        origin = codes.words(codes.ORIGIN, kind)
        say(f"      revient sur : {origin} n° {number} de {year}" + (f", ligne {row}" if row else ""))
    if line.tiers:
        one = line.tiers
        identifier = f" ({codes.words(codes.IDENTIFIER, one.kind) or 'identifiant'} {one.identifier})"
        say(f"      à {one.name}{identifier if one.identifier else ''}, {', '.join(one.address)}")
    mode = codes.words(codes.MODE, line.mode) or "mode de règlement non dit"
    say(f"      {mode}" + (f", compte {mask(line.tiers.account)}" if line.tiers and line.tiers.account else ""))


def _show_documents(flow: ReadFlow) -> None:
    say("")
    table(
        ("Pièce jointe", "Nom", "Taille", "Mandats"),
        [(one.id, one.name, _size(one), _mandats(flow, one)) for one in flow.documents],
        right=(2,),
        words=(0, 1),
    )
    elsewhere = {key for sheet in flow.bordereaux for one in sheet.mandats for key in one.references}
    if absent := sorted(elsewhere - set(flow.carried)):
        say(f"Citées sans être dans le flux (déjà envoyées, ou sur papier) : {', '.join(absent)}")


def _size(one: ReadDocument) -> str:
    return weight(one.size) if one.sha256 else "illisible"


def _mandats(flow: ReadFlow, one: ReadDocument) -> str:
    return ", ".join((*map(str, flow.mandats_with(one.id)), *one.accounts)) or "aucun"
