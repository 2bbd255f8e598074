"""`reprise signaler|etat|lire|certifier|sans-suite|rouvrir`: what persons do before anything leaves again."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import restoration
from dematfin.acts.restoration import Return
from dematfin.cli.context import DEFAULT, Configuration, Desk, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, day, instant, say, table, write_json
from dematfin.cli.visas import DATES
from dematfin.domain import money
from dematfin.domain.money import french
from dematfin.domain.restoration import NEIGHBOUR, TRACE, Neighbour, Restored, Trace, TraceState
from dematfin.errors import RuleError

app = family("La base remise à un état plus ancien : ce qui est parti depuis, avant que rien ne reparte.")

Why = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]
Number = Annotated[str, typer.Argument(metavar="NUMÉRO", help="Celui que montre « reprise etat », ou le TdT.")]
NOBODY: Final = "Rien n'est changé : personne n'a tapé {what}. Recommencez devant un terminal."


def register(to: typer.Typer) -> None:
    """Add these commands to a family."""
    for name, command in (
        ("signaler", signal),
        ("etat", show),
        ("lire", read),
        ("certifier", certify),
        ("sans-suite", void),
        ("rouvrir", resume),
    ):
        to.command(name, cls=FrenchCommand)(command)


def signal(
    donnees_du: Annotated[
        datetime, typer.Option("--donnees-du", metavar="JJ/MM/AAAA", formats=DATES, help="Jour de la sauvegarde.")
    ],
    motif: Why,
    configuration: Configuration = DEFAULT,
) -> None:
    """Dit que la base a été remise à un état plus ancien, à la main : plus rien ne part avant d'avoir tout retrouvé."""
    desk = sit(configuration)
    beginning = desk.app.clock.local(desk.app.clock.now()).replace(
        year=donnees_du.year, month=donnees_du.month, day=donnees_du.day, hour=0, minute=0, second=0, microsecond=0
    )
    mark = restoration.signal(desk.app, desk.who, beginning, motif)
    say(f"Restauration {mark.id} notée, données du {day(donnees_du.date())}. Rien ne part ni ne se signe désormais.")
    say("Lancez la journée (dematfin journee) : elle interroge les voisins. Puis : dematfin reprise etat")


def show(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre ce que chaque voisin a dit depuis la restauration, et ce qui reste à régler."""
    desk = sit(configuration)
    known = restoration.state(desk.app, desk.who)
    if json:
        write_json(known)
        return
    if known.restored is None:
        say("Aucune restauration n'est en cours : rien n'est retenu.", style="green")
    else:
        _say_words(desk, known.restored, known)
    _say_traces(known.traces)
    for one in known.left:
        say(f"! Reste à régler : {one}", style="yellow")


def read(
    numero: Number,
    fichier: Annotated[Path | None, typer.Argument(metavar="FICHIER", help="Le flux, pris sur le portail.")] = None,
    configuration: Configuration = DEFAULT,
) -> None:
    """Lit un dépôt que le TdT ne liste pas : par son numéro, ou dans le fichier pris sur son portail."""
    desk = sit(configuration)
    restoration.read(desk.app, desk.who, numero, fichier)
    _say_traces([one for one in restoration.state(desk.app, desk.who).traces if one.id == numero.strip()])
    say(f"Dépôt n° {numero} : regardé. La suite : dematfin reprise etat")


def certify(
    voisin: Annotated[Neighbour, typer.Argument(metavar="VOISIN", help="tdt, chorus, parapheur ou echange.")],
    motif: Why,
    configuration: Configuration = DEFAULT,
) -> None:
    """Répond à la place d'un voisin qui ne peut pas le faire : tout ce qui est parti depuis est connu d'ici."""
    desk = sit(configuration)
    known = restoration.state(desk.app, desk.who)
    if known.restored is None:
        raise RuleError(restoration.NONE)
    _say_words(desk, known.restored, known)
    _say_traces(known.found)
    say(f"Vous répondez pour {NEIGHBOUR[voisin]} : rien d'autre n'y est parti depuis le jour des données.")
    say("S'il y manque un flux, un fournisseur pourrait être payé deux fois : relevez-les d'abord sur son portail.")
    restoration.certify(desk.app, desk.who, voisin, motif, _typed_day())
    say(f"{NEIGHBOUR[voisin].capitalize()} : certifié, en votre nom. Une autre personne rouvre : reprise rouvrir")


def void(numero: Number, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Certifie que ce qui a été retrouvé n'a rien payé et ne paiera rien : ses factures peuvent être mandatées."""
    desk = sit(configuration)
    found = [one for one in restoration.state(desk.app, desk.who).traces if one.id == numero]
    if not found:
        message = f"Envoi n° {numero} : rien de tel n'a été retrouvé. Voyez : dematfin reprise etat"
        raise RuleError(message)
    _say_traces(found)
    say("Demandez d'abord au TdT qu'il ne partira plus, et au comptable qu'il n'a aucun de ces mandats.")
    gone = restoration.void(desk.app, desk.who, numero, motif, _typed_total())
    say(f"{gone.label} : certifié sans suite, en votre nom. Ses numéros ne resserviront pas.")


def resume(motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Rouvre les envois, une fois tout retrouvé : ce qui est parti ne sera ni renvoyé ni mandaté de nouveau."""
    desk = sit(configuration)
    outcome = restoration.ask(desk.app, desk.who)
    known = restoration.state(desk.app, desk.who)
    if known.restored is None:
        for note in outcome.notes:
            say(note)
        return
    _say_words(desk, known.restored, known)
    void = [one for one in known.traces if one.state is TraceState.VOID and one.restoration == known.restored.id]
    _say_traces([*known.found, *void])
    say(f"Total de ce qui est parti et que la base ne connaît pas : {french(known.total)}", style="bold")
    moved = restoration.reopen(desk.app, desk.who, motif, _typed_total())
    say(f"Les envois reprennent. {counted(len(moved), 'facture')} de plus suivies ailleurs : {', '.join(moved) or '—'}")
    say("Suivez-les avec le comptable ; leurs acquits et leurs retours viendront sous des numéros inconnus d'ici.")


def _say_words(desk: Desk, mark: Restored, known: Return) -> None:
    local = desk.app.clock.local
    say(f"Restauration {mark.id}, {mark.how}", style="bold")
    say(f"Données du {instant(local(mark.data_as_of))}, apprise le {instant(local(mark.restored_at))}.")
    words = {one: mark.word(one) for one in known.asked}
    table(
        ("Voisin", "A tout dit", "Réponse"),
        [
            (NEIGHBOUR[one], "oui" if word and word.settled else "non", word.said if word else "pas encore interrogé")
            for one, word in words.items()
        ],
        words=(2,),
    )


def _say_traces(traces: list[Trace] | tuple[Trace, ...]) -> None:
    for one in traces:
        say(f"{one.label} : {TRACE[one.state]}. {one.said}", style="bold")
        for mandat in one.mandats:
            paid = ", ".join(mandat.invoices)
            say(f"  {mandat.key} · {mandat.creditor} · {french(mandat.amount)}{' · ' * bool(paid)}{paid}")


def _typed_total() -> Decimal:
    try:
        return money.typed(input("Pour confirmer, tapez ce montant total : "))
    except (EOFError, ValueError) as error:
        raise RuleError(NOBODY.format(what="ce montant, en euros")) from error


def _typed_day() -> date:
    try:
        text = input("Pour certifier, tapez le jour des données (JJ/MM/AAAA) : ")
        return datetime.strptime(text.strip(), "%d/%m/%Y").date()  # noqa: DTZ007 - a legal day has no zone
    except (EOFError, ValueError) as error:
        raise RuleError(NOBODY.format(what="ce jour, JJ/MM/AAAA")) from error


register(app)
