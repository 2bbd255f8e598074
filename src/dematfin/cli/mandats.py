"""`mandat liste|corriger|ventiler|reemettre|annuler|reduire|apres-paiement`: what an agent does with a mandat."""

from datetime import datetime
from typing import Annotated, Final

import typer

from dematfin.acts import after_payment, consult, reductions, ventilation
from dematfin.acts import mandats as acts
from dematfin.acts.after_payment import Paid
from dematfin.cli.amounts import euros
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.given_up import say_given_up
from dematfin.cli.output import say, table, write_json
from dematfin.cli.ventilation import line
from dematfin.cli.visas import DATES
from dematfin.domain.finding import blocking
from dematfin.domain.labels import INVOICE, standing
from dematfin.domain.mandat.codes import said
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import french
from dematfin.domain.registers import Imputation

app = family("Les mandats.")

SAID: Final = {Paid.PRELEVEMENT: "prélèvement", Paid.CARTE: "carte", Paid.REGIE: "régie", Paid.CHEQUE: "chèque"}
KINDS: Final = {MandatKind.REDUCTION: "annulation, ", MandatKind.AFTER_PAYMENT: "après paiement, "}
"""Kinds that pay nobody: a list of amounts says so."""

Why = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]
Key = Annotated[str, typer.Argument(metavar="MANDAT", help="Identifiant, par exemple M2026-000012.")]


@app.command("liste", cls=FrenchCommand)
def list_mandats(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les mandats."""
    desk = sit(configuration)
    found = consult.mandats(desk.app, desk.who)
    if json:
        write_json(found)
        return
    table(
        ("Mandat", "N°", "Bordereau", "Créancier", "Montant", "État"),
        [
            (
                one.id,
                str(one.number or ""),
                one.bordereau,
                one.tiers.name,
                french(one.amount),
                _kind(one) + _unbilled(one) + standing(one),
            )
            for one in found
        ],
        right=(1, 4),
        words=(3, 5),
        empty="Aucun mandat : visez des factures, puis préparez (bordereau preparer).",
    )


def _kind(mandat: Mandat) -> str:
    """Say what a mandat is, when it pays no supplier."""
    told = KINDS.get(mandat.kind, "")
    return told or (f"{said(mandat.codes)}, " if mandat.editor and said(mandat.codes) else "")


@app.command("corriger", cls=FrenchCommand)
def correct(
    mandat: Key,
    nature: Annotated[str, typer.Option("--nature", metavar="COMPTE", help="Compte par nature.")],
    configuration: Configuration = DEFAULT,
    fonction: Annotated[str, typer.Option("--fonction", metavar="CODE", help="Fonction ; vide pour aucune.")] = "",
    operation: Annotated[str, typer.Option("--operation", metavar="CODE", help="Opération.")] = "",
    investissement: Annotated[bool, typer.Option("--investissement", help="Section d'investissement.")] = False,
) -> None:
    """Change l'imputation d'un mandat refusé, rejeté ou pas encore mis en bordereau."""
    for name, code in (("--nature", nature), ("--fonction", fonction), ("--operation", operation)):
        if code and not code.isdecimal():
            message = f"« {code} » : des chiffres sont attendus."
            raise typer.BadParameter(message, param_hint=name)
    desk = sit(configuration)
    imputation = Imputation(nature=nature, fonction=fonction, operation=operation, investment=investissement)
    corrected = acts.correct(desk.app, desk.who, mandat, imputation)
    say(f"Mandat {corrected.id} corrigé. S'il était revenu, reprenez-le (bordereau reprendre ou mandat reemettre).")


@app.command("reemettre", cls=FrenchCommand)
def reissue(mandat: Key, configuration: Configuration = DEFAULT) -> None:
    """Réémet un mandat rejeté par le comptable, au prochain bordereau."""
    desk = sit(configuration)
    prepared = acts.reissue(desk.app, desk.who, mandat)
    number = f"il garde le n° {prepared.number}" if prepared.number else "il recevra un nouveau numéro"
    say(f"Mandat {prepared.id} réémis : {number}.")


@app.command("ventiler", cls=FrenchCommand)
def ventilate(
    mandat: Key,
    ligne: Annotated[
        list[str],
        typer.Option(
            "--ligne",
            metavar="CHAMPS",
            help="nature=60612,fonction=020,part=70% ; aussi montant, engagement, operation, marche, inventaire, "
            "section=F ou I. Répétable ; ce qui n'est pas dit reste comme sur la première ligne du mandat.",
        ),
    ],
    configuration: Configuration = DEFAULT,
) -> None:
    """Répartit un mandat sur plusieurs lignes, en pourcentages ou en montants TTC ; son total ne change pas."""
    asked = [line(text) for text in ligne]
    desk = sit(configuration)
    shared = ventilation.ventilate(desk.app, desk.who, mandat, asked)
    say(f"Mandat {shared.id} ventilé : {french(shared.amount)}, lignes : {len(shared.lines)}.")
    show_lines(shared)


@app.command("annuler", cls=FrenchCommand)
def cancel(mandat: Key, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Annule un mandat : abandonné s'il attend ou est rejeté, repris en entier s'il est chez le comptable."""
    desk = sit(configuration)
    made = reductions.cancel(desk.app, desk.who, mandat, motif)
    if made.state is MandatState.CANCELLED:
        say_given_up(made, "annulé")
    else:
        _say_reduction(made, mandat)


@app.command("reduire", cls=FrenchCommand)
def reduce(
    mandat: Key,
    motif: Why,
    configuration: Configuration = DEFAULT,
    montant: Annotated[str, typer.Option("--montant", metavar="EUROS", help="TTC à reprendre.")] = "",
    avoir: Annotated[str, typer.Option("--avoir", metavar="AVOIR", help="Avoir visé qui la demande : F2026-…")] = "",
) -> None:
    """Réduit un mandat que le comptable a reçu, du montant donné ou de celui d'un avoir."""
    if bool(montant) == bool(avoir):
        message = "donnez l'un des deux, --montant ou --avoir."
        raise typer.BadParameter(message, param_hint="--montant")
    amount = euros(montant, "--montant") if montant else None
    desk = sit(configuration)
    wish = reductions.Wish(motif=motif, amount=amount, credit_note=avoir)
    _say_reduction(reductions.reduce(desk.app, desk.who, mandat, wish), mandat)


@app.command("apres-paiement", cls=FrenchCommand)
def after(
    facture: Annotated[str, typer.Argument(metavar="FACTURE", help="Identifiant, par exemple F2026-000012.")],
    configuration: Configuration = DEFAULT,
    le: Annotated[
        datetime | None, typer.Option("--le", metavar="JJ/MM/AAAA", formats=DATES, help="Jour où l'argent est parti.")
    ] = None,
    mode: Annotated[Paid | None, typer.Option("--mode", metavar="MODE", help=f"Un de : {', '.join(Paid)}.")] = None,
    erreur: Annotated[
        str, typer.Option("--erreur", metavar="TEXTE", help="Revient sur ce qui a été dit à tort, et pourquoi.")
    ] = "",
) -> None:
    """Dit qu'une facture est déjà payée (prélèvement, carte, régie, chèque) : son mandat régularise sans payer."""
    if bool(le and mode) == bool(erreur) or bool(le) != bool(mode):
        message = "donnez --le et --mode, ou --erreur seul."
        raise typer.BadParameter(message, param_hint="--le")
    desk = sit(configuration)
    if le and mode:
        noted = after_payment.settled(desk.app, desk.who, facture, le.date(), mode)
        say(f"Facture {noted.id} : payée le {le:%d/%m/%Y} ({SAID[mode]}).")
        say("Une fois visée, elle aura un mandat sans virement.")
    else:
        noted = after_payment.not_settled(desk.app, desk.who, facture, erreur)
        say(f"Facture {noted.id} : elle n'est plus dite payée.")
    say(f"Elle est « {INVOICE[noted.state]} ».")
    for held in blocking(noted.findings):
        say(f"  ! {held.sentence}", style="yellow")


def _unbilled(mandat: Mandat) -> str:
    return "" if mandat.shares or mandat.origin or mandat.editor else "sans facture, "


def show_lines(mandat: Mandat) -> None:
    """Show the lines of a mandat; TVA has its column where it is told apart."""
    table(
        ("Ligne", "Nature", "Fonction", "Opération", "Engagement", "Inventaire", "Montant", "dont TVA"),
        [
            (
                str(one.number),
                one.imputation.nature,
                one.imputation.fonction,
                one.imputation.operation,
                (one.engagement or mandat.engagement).partition(":")[2],
                one.inventaire,
                french(one.total),
                "" if one.tva is None else french(one.tva),
            )
            for one in mandat.lines
        ],
        right=(0, 6, 7),
    )


def _say_reduction(made: Mandat, origin: str) -> None:
    say(f"Mandat {made.id} : reprend {french(made.amount)} sur le mandat {origin}.")
    if not made.pieces:
        say(
            f"Joignez ce qui le justifie : dematfin pieces joindre {made.id} FICHIER --nature certificat.",
            style="yellow",
        )
    say("Préparez (bordereau preparer) : il ira dans un bordereau d'annulation, à faire signer comme les autres.")
    say(f'Saisi à tort ou deux fois : dematfin mandat annuler {made.id} --motif "…"')
