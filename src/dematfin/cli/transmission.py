"""`transmission journal|rattacher|absente|retirer`: what became of each deposit, and what a person settles of it."""

from decimal import Decimal
from typing import Annotated

import typer

from dematfin.acts import deposits, lost_flow, withdraw
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, instant, say, table, write_json
from dematfin.domain import money
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.attempt import ATTEMPT, Attempt
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.domain.mandat.stake import Stake
from dematfin.domain.money import french
from dematfin.errors import RuleError
from dematfin.ports.clock import Clock

app = family("Les envois au TdT : leur journal, et ce qu'une personne en règle.")

Key = Annotated[str, typer.Argument(metavar="FLUX", help="Nom du flux : PESALR1_…")]
ALONE = "dematfin bordereau envoyer-pieces MANDAT"
"""What sends documents that no bordereau carries."""
Why = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]


@app.command("journal", cls=FrenchCommand)
def show_journal(
    flux: Annotated[str, typer.Argument(metavar="FLUX", help="Nom d'un flux ; tous sans lui.")] = "",
    configuration: Configuration = DEFAULT,
    json: Json = False,
) -> None:
    """Montre chaque essai d'envoi : quand, par qui, de quels octets, et ce qu'il est devenu."""
    desk = sit(configuration)
    tried = deposits.journal(desk.app, desk.who, flux)
    if json:
        write_json(tried)
        return
    for one in tried:
        known = f" · n° {one.flux.remote_id} au TdT" if one.flux.remote_id else ""
        say(f"Flux {one.flux.id} · {FLUX[one.flux.state]}{known}", style="bold")
        if one.attempts:
            say(f"SHA-1 {one.attempts[-1].sha1 or 'inconnu'} · {one.attempts[-1].size} octets")
        table(
            ("Essai", "Le", "Par", "Résultat"),
            [_row(attempt, desk.app.clock) for attempt in one.attempts],
            right=(0,),
            words=(3,),
            empty="Aucun essai : ce flux n'est pas parti, ou il est parti avant que ce journal n'existe.",
        )
        if one.flux.message and one.flux.message not in {attempt.message for attempt in one.attempts}:
            say(f"! {one.flux.message}", style="yellow")
    if not tried:
        say("Aucun envoi pour l'instant : signez des bordereaux, puis transmettez (bordereau transmettre).")


@app.command("rattacher", cls=FrenchCommand)
def attach(
    flux: Key,
    numero: Annotated[str, typer.Argument(metavar="NUMÉRO", help="Celui que montre l'écran du TdT.")],
    configuration: Configuration = DEFAULT,
    motif: Why = "",
) -> None:
    """Donne à un flux « à vérifier » son numéro au TdT, lu sur l'écran du TdT ; les octets sont d'abord comparés."""
    desk = sit(configuration)
    known = deposits.attach(desk.app, desk.who, flux, numero, motif)
    say(f"Flux {known.id} : transmis, sous le n° {known.remote_id}. Son acquit se relève : dematfin suivi")


@app.command("absente", cls=FrenchCommand)
def certify(flux: Key, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Certifie qu'un flux perdu n'est ni au TdT ni chez le comptable : ses mandats reviennent, à refaire signer."""
    desk = sit(configuration)
    stake = lost_flow.absence(desk.app, desk.who, flux)
    show_stake(stake)
    say(f"Le TdT dit : {stake.said}", style="yellow")
    say("Si ce flux était arrivé, ces fournisseurs pourraient être payés deux fois. Demandez d'abord :")
    say(f"  1. au TdT, que {flux} n'est plus chez lui et ne partira pas ;")
    say("  2. au comptable, qu'il n'a aucun de ces mandats.")
    lost_flow.certify_absent(desk.app, desk.who, flux, motif, typed())
    say(f"Flux {flux} : certifié absent, en votre nom. Il ne partira plus. Pour la suite : {to_go_on(stake.flux)}")


@app.command("retirer", cls=FrenchCommand)
def withdraw_flow(flux: Key, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Retire un flux jamais envoyé dont le comptable connaît déjà les mandats, par un flux précédent."""
    desk = sit(configuration)
    done = withdraw.withdraw(desk.app, desk.who, flux, motif)
    say(f"Flux {flux} : retiré, il ne partira pas.")
    for sheet in done.bordereaux:
        say(f"Le bordereau {sheet.id} est celui du flux {sheet.flux}, arrivé.")
    say("Ses mandats suivent ce que dit le comptable. Si l'un avait été corrigé depuis, dites-le-lui.")
    for note in done.notes:
        say(f"! {note}", style="yellow")


def _row(one: Attempt, clock: Clock) -> tuple[str, str, str, str]:
    number = f" (n° {one.remote_id})" if one.remote_id else ""
    said = f" : {one.message}" if one.message else ""
    when = instant(clock.local(one.started_at))
    return str(one.number), when, one.by or "?", f"{ATTEMPT[one.state]}{number}{said}"


def show_stake(stake: Stake) -> None:
    """Show what would come back, before the total is typed."""
    say(f"Flux {stake.flux.id} · {counted(len(stake.mandats), 'mandat')} · {french(stake.total)}", style="bold")
    for one in stake.mandats:
        say(f"  n° {one.number} · {one.tiers.name} · {french(one.amount)}")


def to_go_on(flux: Flux) -> str:
    """Return the command that sends again what a flow did not bring."""
    if flux.editor_flow:
        return IMPORT
    return f"dematfin bordereau reprendre {flux.bordereaux[0]}" if flux.bordereaux else ALONE


def typed() -> Decimal:
    """Have the total typed at the keyboard, by whoever has just read it: no option can give it beforehand."""
    try:
        return money.typed(input("Pour certifier, tapez le montant total de ce flux : "))
    except (EOFError, ValueError) as error:
        message = "Rien n'est certifié : personne n'a tapé ce montant, en euros. Recommencez devant un terminal."
        raise RuleError(message) from error
