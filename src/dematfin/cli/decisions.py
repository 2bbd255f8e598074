"""`facture recycler|suspendre|rejeter|reprendre|forcer|prendre-en-main|ecarter`: what an agent decides."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import answers, holds, reminder
from dematfin.acts.run import run, tell_now
from dematfin.cli.context import DEFAULT, Configuration, Desk, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import account, complain, say
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.steps.visa import visa
from dematfin.support.files import write_atomically
from dematfin.support.refusals import reason

Key = Annotated[str, typer.Argument(metavar="FACTURE", help="Identifiant, par exemple F2026-000012.")]
ToSupplier = Annotated[
    str, typer.Option("--motif", metavar="TEXTE", help="Ce que le fournisseur lira dans Chorus Pro (255 caractères).")
]
Why = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the family of invoices."""
    app.command("recycler", cls=FrenchCommand)(recycle)
    app.command("suspendre", cls=FrenchCommand)(suspend)
    app.command("rejeter", cls=FrenchCommand)(reject)
    app.command("reprendre", cls=FrenchCommand)(resume)
    app.command("forcer", cls=FrenchCommand)(force)
    app.command("prendre-en-main", cls=FrenchCommand)(take_over)
    app.command("ecarter", cls=FrenchCommand)(set_aside)
    app.command("rappel", cls=FrenchCommand)(remind)


def recycle(facture: Key, motif: ToSupplier, configuration: Configuration = DEFAULT) -> None:
    """Renvoie une facture mal adressée : SIRET, service ou engagement (statut « À recycler »)."""
    desk = sit(configuration)
    tell(desk, answers.recycle(desk.app, desk.who, facture, motif))


def suspend(
    facture: Key,
    motif: ToSupplier,
    configuration: Configuration = DEFAULT,
    piece: Annotated[
        list[str] | None, typer.Option("--piece", metavar="PIÈCE", help="Pièce à fournir ; répétez l'option.")
    ] = None,
    lettre: Annotated[
        Path | None, typer.Option("--lettre", metavar="FICHIER", help="Où écrire la lettre (PDF).")
    ] = None,
) -> None:
    """Interrompt le délai d'une facture à laquelle il manque une pièce (statut « Suspendue »). Une seule fois."""
    desk = sit(configuration)
    invoice = answers.suspend(desk.app, desk.who, facture, motif, tuple(piece or ()))
    tell(desk, invoice)
    if not write_letter(desk, invoice, lettre):
        raise typer.Exit(1)


def reject(facture: Key, motif: ToSupplier, configuration: Configuration = DEFAULT) -> None:
    """Rejette pour de bon une facture fausse ; le fournisseur devra en faire une autre (statut « Rejetée »)."""
    desk = sit(configuration)
    tell(desk, answers.reject(desk.app, desk.who, facture, motif))


def resume(
    facture: Key,
    motif: Why,
    configuration: Configuration = DEFAULT,
    service: Annotated[str, typer.Option("--service", metavar="CODE", help="Le bon code service.")] = "",
    engagement: Annotated[str, typer.Option("--engagement", metavar="NUMÉRO", help="Le bon engagement.")] = "",
) -> None:
    """Reprend une facture retenue ou refusée au visa, au besoin avec le bon service ou le bon engagement."""
    desk = sit(configuration)
    carry_on(desk, holds.resume(desk.app, desk.who, facture, motif, service, engagement))


def force(facture: Key, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Laisse passer les contrôles qui bloquent une facture, sous votre nom."""
    desk = sit(configuration)
    carry_on(desk, holds.force(desk.app, desk.who, facture, motif))


def take_over(facture: Key, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Prend en main une facture suivie ailleurs : elle sera contrôlée, visée et mandatée ici."""
    desk = sit(configuration)
    carry_on(desk, holds.take_over(desk.app, desk.who, facture, motif))


def set_aside(facture: Key, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Écarte une facture traitée hors de dematfin : déjà payée, prélevée, marché de travaux."""
    desk = sit(configuration)
    carry_on(desk, holds.set_aside(desk.app, desk.who, facture, motif))


def remind(
    facture: Key,
    configuration: Configuration = DEFAULT,
    lettre: Annotated[
        Path | None, typer.Option("--lettre", metavar="FICHIER", help="Où écrire la lettre (PDF).")
    ] = None,
) -> None:
    """Rappelle à un fournisseur qui envoie du papier qu'il doit utiliser Chorus Pro : écrit la lettre à envoyer."""
    desk = sit(configuration)
    invoice = reminder.remind(desk.app, desk.who, facture)
    if not write_letter(desk, invoice, lettre):
        raise typer.Exit(1)


def tell(desk: Desk, invoice: Invoice) -> None:
    """Say what was decided, and tell the supplier: Chorus Pro at once, or a letter; the decision stands in any case."""
    say(f"Facture {invoice.id} : {INVOICE[invoice.state]}.")
    if invoice.origin is Origin.SCAN:
        if invoice.letter is not None and invoice.state is not InvoiceState.INTERRUPTED:
            write_letter(desk, invoice)
        say("Facture papier : le fournisseur ne le saura que par votre courrier, recommandé pour interrompre le délai.")
        return
    outcome = tell_now(desk.app, desk.who, invoice.id)
    account(outcome)
    if outcome.failures:
        say(
            "Votre décision est enregistrée. Si Chorus Pro n'a pas répondu, la prochaine journée le lui dira ; s'il a "
            "refusé, le fournisseur n'en sait rien : voyez « dematfin chorus etat »."
        )


def carry_on(desk: Desk, invoice: Invoice) -> None:
    """Say what has become of an invoice, and hand it to its head of service when nothing holds it any more."""
    say(f"Facture {invoice.id} : {INVOICE[invoice.state]}.")
    if invoice.state is InvoiceState.TO_CORRECT:
        for finding in blocking(invoice.findings):
            say(f"  {finding.sentence} ({finding.code})", style="yellow")
    if invoice.state is InvoiceState.IN_VISA:
        account(run(desk.app, desk.who, visa))


def write_letter(desk: Desk, invoice: Invoice, path: Path | None = None) -> bool:
    """Copy the letter that was kept with the invoice, and say where; return whether it could be written."""
    what = "interruption" if invoice.state is InvoiceState.INTERRUPTED else "lettre"
    target = path or Path(f"{what}-{invoice.id}.pdf")
    if invoice.letter is None:
        complain(f"Facture {invoice.id} : aucune lettre n'a été faite pour elle.")
        return False
    try:
        with desk.app.documents.open(invoice.letter) as kept:
            write_atomically(target, kept.read())
    except OSError as error:
        complain(
            f"La lettre ne s'écrit pas dans {target} : {reason(error)}. Elle est gardée ; écrivez-la "
            f"ailleurs : dematfin facture voir {invoice.id} --lettre FICHIER."
        )
        return False
    say(f"Lettre : {target}")
    return True
