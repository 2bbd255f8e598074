"""The day's mail in the demonstration: sheets are printed, a stack goes through the copier, an agent enters it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dematfin.acts import entry, paper_views
from dematfin.acts.run import run
from dematfin.acts.sheets import print_sheets
from dematfin.cli.output import counted
from dematfin.demo.paper import pdf
from dematfin.demo.story import Story
from dematfin.domain.invoice.content import Supplier
from dematfin.domain.labels import INVOICE
from dematfin.domain.money import french
from dematfin.domain.paper.cut import span
from dematfin.domain.paper.sheet import Mark
from dematfin.domain.parties.person import Person
from dematfin.ports.app import App
from dematfin.sandbox.copier import Settings, Side, printed, scan
from dematfin.steps.capture import capture

SIRET_KIND: Final = "1"
COPIER: Final = Settings(dpi=150, duplex=True, skew=1.0)


def arrives(app: App, agent: Person, story: Story, folder: Path) -> Iterator[str]:
    """Scan the stack, have it cut, and enter what it holds."""
    letters = story.data["papiers"]
    sides = [side for one in letters for side in _sides(app, agent, story, one)]
    inbox = folder / "papier" / "copieur" / f"lot_{len(letters)}"
    inbox.mkdir()
    (inbox / "scan0001.pdf").write_bytes(scan(sides, COPIER))
    yield f"{counted(len(sides), 'feuillet')} passés au copieur, recto verso, feuilles de séparation comprises"
    outcome = run(app, agent, capture)
    yield f"{outcome.step} : {', '.join(outcome.done)}"
    for document, one in zip(paper_views.pending(app, agent).to_enter, letters, strict=True):
        yield f"{document.id} : pages {span(document.pages)}, service {document.service}"
        entry.say_arrival(app, agent, document.batch, story.today)
        invoice = entry.enter(app, agent, document.id, _entry(story, one, document.siret, document.service))
        yield f"{invoice.id} ({invoice.number}) saisie, {french(invoice.ttc)} : {INVOICE[invoice.state]}"


def left_to_collect(story: Story, folder: Path) -> str:
    """Leave a letter in the folder of invoices, to be collected by the next day and entered by whoever tries."""
    letter = folder / "papier" / "courriel" / "facture-a-saisir.pdf"
    letter.write_bytes(pdf(_invoice(story, story.data["papier_a_saisir"])))
    return f"une facture reçue par courriel attend la prochaine journée : {letter.relative_to(folder)}"


def _sides(app: App, agent: Person, story: Story, one: dict[str, Any]) -> Iterator[Side]:
    """Yield the sheet, the invoice, and its annexes behind their own sheet."""
    yield Side(recto=_printed(print_sheets(app, agent, one["route"], 1)[0]))
    yield Side(recto=_printed(pdf(_invoice(story, one))))
    for title in one.get("annexes", []):
        yield Side(recto=_printed(print_sheets(app, agent, one["route"], 1, Mark.ANNEX)[0]))
        yield Side(recto=_printed(pdf([title, f"Facture n° {one['numero']}", one["objet"]])))


def _printed(document: bytes) -> Any:
    return printed(document, COPIER.dpi)[0]


def _invoice(story: Story, one: dict[str, Any]) -> list[str]:
    supplier = _supplier(story, one)
    return [
        supplier["nom"],
        f"SIRET {supplier['siret']}",
        f"IBAN {supplier['iban']}",
        "",
        f"Facture n° {one['numero']} du {story.today:%d/%m/%Y}   (exemple, sans valeur)",
        f"Engagement : {one['engagement']}",
        "",
        one["objet"],
        f"Total HT : {french(Decimal(one['ht']))}",
        f"TVA 20 % : {french(Decimal(one['tva']))}",
        f"Total TTC : {french(_ttc(one))}",
    ]


def _entry(story: Story, one: dict[str, Any], siret: str, service: str) -> entry.Entry:
    supplier = _supplier(story, one)
    issued: date = story.today
    return entry.Entry(
        supplier=Supplier(
            identifier_kind=SIRET_KIND, identifier=supplier["siret"], name=supplier["nom"], iban=supplier["iban"]
        ),
        number=one["numero"],
        issued_on=issued,
        ht=Decimal(one["ht"]),
        tva=Decimal(one["tva"]),
        ttc=_ttc(one),
        siret=siret,
        service=service,
        engagement=one["engagement"],
    )


def _ttc(one: dict[str, Any]) -> Decimal:
    return Decimal(one["ht"]) + Decimal(one["tva"])


def _supplier(story: Story, one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(firm for firm in story.data["fournisseurs"] if firm["cle"] == one["fournisseur"])
    return found
