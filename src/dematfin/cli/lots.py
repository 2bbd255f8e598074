"""`numerisation a-verifier|publier|decouper|confirmer|dater|reprendre|ecarter|original`: batches that need somebody."""

import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import entry, paper, paper_views
from dematfin.cli.context import DEFAULT, Configuration, Desk, Json, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import counted, day, say, write_json
from dematfin.domain.paper.batch import LABELS, Batch, BatchState
from dematfin.domain.paper.capture import LABELS as DOCUMENT_LABELS
from dematfin.domain.paper.capture import Capture
from dematfin.domain.paper.cut import span
from dematfin.errors import ConfigError
from dematfin.support.refusals import reason

RANGE: Final = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)
Key = Annotated[str, typer.Argument(metavar="LOT", help="Identifiant du lot, par exemple L2026-000012.")]
Either = Annotated[str, typer.Argument(metavar="LOT|DOCUMENT", help="Lot (L2026-000012) ou document (D2026-000034).")]
Why = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the family of paper."""
    app.command("a-verifier", cls=FrenchCommand)(pending)
    app.command("publier", cls=FrenchCommand)(publish)
    app.command("decouper", cls=FrenchCommand)(cut)
    app.command("dater", cls=FrenchCommand)(date_arrival)
    app.command("reprendre", cls=FrenchCommand)(again)
    app.command("ecarter", cls=FrenchCommand)(discard)
    app.command("original", cls=FrenchCommand)(original)


def pending(
    configuration: Configuration = DEFAULT,
    json: Json = False,
    vignettes: Annotated[
        Path, typer.Option("--vignettes", metavar="DOSSIER", help="Où écrire une image de chaque page.")
    ] = Path("a-verifier"),
) -> None:
    """Montre les lots qui attendent une décision, et écrit une petite image de chacune de leurs pages."""
    desk = sit(configuration)
    waiting = paper_views.pending(desk.app, desk.who)
    if json:
        write_json(waiting)
        return
    for seen in waiting.batches:
        _show(desk, seen, vignettes)
    for document in waiting.to_confirm:
        say(f"Document {document.id}, pages {span(document.pages)} du lot {document.batch} : {document.reason}.")
        say(f"  Oui : dematfin numerisation publier {document.id} --motif …   Non : numerisation decouper ou ecarter.")
    if not waiting.batches and not waiting.to_confirm:
        say("Aucun lot n'attend de décision.")
    if waiting.to_enter:
        say(f"{counted(len(waiting.to_enter), 'document')} à saisir : dematfin numerisation saisir.")


def publish(cle: Either, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Accepte le découpage proposé : le doute n'était pas fondé, ou le document est bien une seule facture."""
    desk = sit(configuration)
    if cle.startswith("D"):
        _tell_document(paper.confirm(desk.app, desk.who, cle, motif))
    else:
        _tell(desk, paper.publish_as_it_is(desk.app, desk.who, cle, motif))


def cut(
    cle: Either,
    configuration: Configuration = DEFAULT,
    feuilles: Annotated[
        str, typer.Option("--feuilles", metavar="PAGES", help="Pages qui sont des feuilles non lues, par exemple 4,9.")
    ] = "",
    debuts: Annotated[
        str, typer.Option("--debuts", metavar="PAGES", help="Pages où une facture commence, sans feuille.")
    ] = "",
) -> None:
    """Découpe un lot aux pages que vous dites (numéros dans le fichier d'origine, à partir de 1)."""
    sheets, starts = _numbers(feuilles, "--feuilles"), _numbers(debuts, "--debuts")
    desk = sit(configuration)
    _tell(desk, paper.cut_again(desk.app, desk.who, cle, sheets, starts))


def date_arrival(
    lot: Key,
    configuration: Configuration = DEFAULT,
    le: Annotated[
        datetime | None, typer.Option("--le", formats=["%d/%m/%Y", "%Y-%m-%d"], metavar="DATE", help="Jour d'arrivée.")
    ] = None,
    motif: Why = "",
) -> None:
    """Dit quel jour le papier d'un lot est arrivé : le délai de paiement court de ce jour. Un motif pour le changer."""
    if le is None:
        message = "donnez le jour où le papier est arrivé, par exemple --le 12/11/2026."
        raise typer.BadParameter(message, param_hint="--le")
    desk = sit(configuration)
    batch = entry.say_arrival(desk.app, desk.who, lot, le.date(), motif)
    say(f"{batch.label} : papier arrivé le {day(batch.received_on)}.")


def again(lot: Key, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Relit un lot en quarantaine, ou fait entrer un fichier déjà reçu (doublon)."""
    desk = sit(configuration)
    _tell(desk, paper.take_again(desk.app, desk.who, lot, motif))


def discard(cle: Either, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Écarte un lot, ou un document qui n'est pas une facture à payer ; le fichier d'origine est gardé."""
    desk = sit(configuration)
    if cle.startswith("D"):
        _tell_document(paper.discard(desk.app, desk.who, cle, motif))
    else:
        _tell(desk, paper.discard_batch(desk.app, desk.who, cle, motif))


def original(
    lot: Key,
    configuration: Configuration = DEFAULT,
    sortie: Annotated[Path | None, typer.Option("--sortie", "-o", metavar="FICHIER", help="Où l'écrire.")] = None,
) -> None:
    """Écrit le fichier d'origine d'un lot, tel qu'il est arrivé."""
    desk = sit(configuration)
    target = sortie or Path(f"{lot}.pdf")
    with paper_views.opened(desk.app, desk.who, lot) as kept:
        try:
            shutil.copyfile(kept, target)
        except OSError as error:
            message = f"L'original ne s'écrit pas dans {target} : {reason(error)}."
            raise ConfigError(message) from error
    say(f"Original du lot {lot} : {target}")


def _show(desk: Desk, seen: paper_views.BatchView, folder: Path) -> None:
    batch = seen.batch
    say(f"{batch.label} : {LABELS[batch.state]}, {counted(batch.pages, 'page')}", style="bold")
    for remark in batch.remarks:
        say(f"  {remark.sentence}", style="yellow")
    if batch.state is BatchState.HELD:
        for number, pages in enumerate(seen.proposed(), start=1):
            say(f"  facture {number} : pages {span(pages)}")
        say(f"  Images des pages : {_write_thumbnails(desk, seen, folder / batch.id)}")
        say(f"  C'est juste : dematfin numerisation publier {batch.id} --motif …")
        say(f"  Sinon : dematfin numerisation decouper {batch.id} --feuilles PAGES --debuts PAGES")
    elif batch.state is BatchState.DUPLICATE:
        say(f"  même fichier que le lot {batch.twin} (numerisation ecarter, ou reprendre s'il en faut deux)")
    else:
        say(f"  {batch.error} (numerisation original pour le revoir, reprendre ou ecarter)", style="yellow")


def _write_thumbnails(desk: Desk, seen: paper_views.BatchView, folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if len(list(folder.iterdir())) < len(seen.pages):
            paper_views.thumbnails(desk.app, desk.who, seen, folder.resolve())
    except OSError as error:
        message = f"Les images ne s'écrivent pas dans {folder} : {reason(error)}. Choisissez avec --vignettes."
        raise ConfigError(message) from error
    return folder


def _tell(desk: Desk, batch: Batch) -> None:
    seen = paper_views.view(desk.app, desk.who, batch.id)
    say(f"{batch.label} : {LABELS[batch.state]}. {batch.error}".strip())
    for document in seen.documents:
        _tell_document(document)


def _tell_document(document: Capture) -> None:
    say(f"Document {document.id} (pages {span(document.pages)}) : {DOCUMENT_LABELS[document.state]}.")


def _numbers(text: str, option: str) -> frozenset[int]:
    """Return the pages of a list such as `4,9-11`."""
    pages: set[int] = set()
    for part in filter(None, (one.strip() for one in text.split(","))):
        found = RANGE.fullmatch(part)
        if found is None:
            message = f"« {part} » n'est pas un numéro de page ; écrivez par exemple 4,9 ou 4-6."
            raise typer.BadParameter(message, param_hint=option)
        pages.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    return frozenset(pages)
