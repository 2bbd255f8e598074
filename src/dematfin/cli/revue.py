"""`facture a-traiter`: the morning's review, one key a decision, the invoice opened beside."""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from dematfin.acts import answers, doubles, holds
from dematfin.acts.review import Case, cases, deciding, still
from dematfin.cli.context import DEFAULT, Configuration, Desk, Json, sit
from dematfin.cli.decisions import carry_on, tell, write_letter
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import complain, counted, day, legible, say, write_json
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.chorus import said
from dematfin.domain.money import french
from dematfin.errors import Conflict, DematfinError, RuleError
from dematfin.support.files import PDF_MAGIC

QUIT: Final = "q"
KEYS: Final = (
    ("r", "recycler"),
    ("s", "suspendre"),
    ("x", "rejeter"),
    ("c", "corriger le service ou l'engagement"),
    ("d", "doublon"),
    ("f", "forcer"),
    ("e", "écarter"),
    ("p", "plus tard"),
    (QUIT, "quitter"),
)
PROPOSED: Final = {SupplierStatus.RECYCLED: "r", SupplierStatus.SUSPENDED: "s", SupplierStatus.REFUSED: "x"}


def register(app: typer.Typer) -> None:
    """Add this command to the family of invoices."""
    app.command("a-traiter", cls=FrenchCommand)(review)


def review(
    configuration: Configuration = DEFAULT,
    json: Json = False,
    liste: Annotated[bool, typer.Option("--liste", help="Montre seulement, sans rien demander.")] = False,
    sans_document: Annotated[bool, typer.Option("--sans-document", help="N'ouvre pas les factures.")] = False,
) -> None:
    """Passe en revue les factures que les contrôles retiennent : pour chacune, une touche décide."""
    desk = sit(configuration)
    waiting = cases(desk.app, desk.who)
    if json:
        write_json([{"facture": case.invoice.id, "cas": case} for case in waiting])
        return
    if not waiting:
        say("Aucune facture ne demande votre attention.")
        return
    with TemporaryDirectory(prefix="dematfin-") as folder:
        for number, case in enumerate(waiting, start=1):
            held = still(desk.app, desk.who, case)
            if held is None:
                continue
            _show(desk, held, f"{number}/{len(waiting)}")
            if liste:
                continue
            if not sans_document:
                _open(desk, held, Path(folder))
            if not _decide(desk, held):
                break
    left = len(cases(desk.app, desk.who))
    say(f"Reste à traiter : {counted(left, 'facture')}." if left else "Tout est traité.", style="bold")


def _show(desk: Desk, case: Case, place: str) -> None:
    invoice, content = case.invoice, case.invoice.content
    say()
    say(f"[{place}] {invoice.id} · {content.kind.lower()} {invoice.number} de {content.supplier.name}", style="bold")
    where = f"service {invoice.service or '—'} · engagement {invoice.engagement or '—'}"
    say(f"{french(invoice.signed_amount)} TTC · {where}")
    if not invoice.is_credit_note:
        say(f"Délai légal : {_delay(case, desk.app.clock.today())}")
    for finding in case.held:
        law = f" [{finding.article}]" if finding.article else ""
        say(f"  ✗ {finding.sentence} ({finding.code}){law}", style="red")
    if case.forcible:
        say("Vous pouvez forcer ces contrôles (f), sous votre nom.")
    if case.proposal:
        say(f"Réponse proposée : « {said(case.proposal)} », motif : {case.motif}", style="green")


def _delay(case: Case, today: date) -> str:
    """Say when the delay ends; after an interruption, that it began again when everything had come."""
    if case.invoice.interrupted_on is not None:
        return f"interrompu le {day(case.invoice.interrupted_on)}, recommencé à la réception des éléments demandés"
    left = (case.due_on - today).days
    when = f"dans {counted(left, 'jour')}" if left >= 0 else f"dépassé de {counted(-left, 'jour')}"
    return f"{day(case.due_on)} ({when})"


def _open(desk: Desk, case: Case, folder: Path) -> None:
    """Open the invoice in the reader of the desktop, if there is one."""
    if case.document is None or not sys.stdin.isatty():
        return
    path = folder / f"{case.invoice.id}.pdf"
    with desk.app.documents.open(case.document) as kept:
        data = kept.read()
    if not data.startswith(PDF_MAGIC):
        say("Le document du fournisseur n'est pas un PDF : il n'est pas ouvert.", style="yellow")
        return
    with suppress(OSError):
        path.write_bytes(data)
        typer.launch(str(path))


def _decide(desk: Desk, case: Case) -> bool:
    """Ask until something is decided; return False when the agent leaves."""
    default = "d" if case.twin else PROPOSED[case.proposal] if case.proposal else "p"
    useless = {"" if case.twin else "d", "" if case.forcible else "f"}
    words = " · ".join(f"{key} {word}" for key, word in KEYS if key not in useless)
    while True:
        say(f"{words} (Entrée : {default})")
        key = _key() or default
        if key == QUIT:
            return False
        if key == "p":
            return True
        try:
            DECISIONS.get(key, _unknown)(_deciding(desk, case), case)
        except Conflict as error:
            complain(str(error))
        except DematfinError as error:
            complain(str(error))
            continue
        return True


def _deciding(desk: Desk, case: Case) -> Desk:
    """Return a desk for one decision: hours may pass between what is shown and the key."""
    return replace(desk, app=deciding(desk.app, desk.who, case.invoice.id, case.seen))


def _key() -> str:
    """Return one key, or the first sign of a line when nobody is at a keyboard; an end of input leaves."""
    if sys.stdin.isatty():
        return typer.getchar().strip().lower()
    line = sys.stdin.readline()
    return line.strip()[:1].lower() if line else QUIT


def _unknown(_: Desk, __: Case) -> None:
    message = "Cette touche ne décide rien."
    raise RuleError(message)


def _ask(question: str, default: str = "") -> str:
    """Ask for words; what a supplier wrote may be the default, and is shown without what would act on the screen."""
    shown = f"{question} [{legible(default)}]" if default else question
    return str(typer.prompt(shown, default=default, show_default=False))


def _recycle(desk: Desk, case: Case) -> None:
    tell(desk, answers.recycle(desk.app, desk.who, case.invoice.id, _ask("Motif pour le fournisseur", case.motif)))


def _suspend(desk: Desk, case: Case) -> None:
    motif = _ask("Motif pour le fournisseur", case.motif)
    pieces = _ask("Pièces à fournir, séparées par des points-virgules").split(";")
    invoice = answers.suspend(desk.app, desk.who, case.invoice.id, motif, pieces)
    tell(desk, invoice)
    write_letter(desk, invoice)


def _reject(desk: Desk, case: Case) -> None:
    tell(desk, answers.reject(desk.app, desk.who, case.invoice.id, _ask("Motif pour le fournisseur", case.motif)))


def _correct(desk: Desk, case: Case) -> None:
    service = _ask("Code service", case.invoice.service)
    engagement = _ask("Engagement", case.invoice.engagement)
    motif = _ask("Pourquoi")
    carry_on(desk, holds.resume(desk.app, desk.who, case.invoice.id, motif, service, engagement))


def _double(desk: Desk, case: Case) -> None:
    if not case.twin:
        message = f"Facture {case.invoice.id} : aucune autre facture ne lui ressemble."
        raise RuleError(message)
    word = _ask(f"Est-ce la même que {case.twin} ? (oui/non)").strip().lower()
    if word not in {"oui", "non"}:
        message = "Répondez « oui » ou « non », en toutes lettres : la décision est gardée à votre nom."
        raise RuleError(message)
    distinct = word == "non"
    invoice = doubles.decide(desk.app, desk.who, case.invoice.id, case.twin, _ask("Pourquoi"), distinct=distinct)
    (carry_on if distinct else tell)(desk, invoice)


def _force(desk: Desk, case: Case) -> None:
    carry_on(desk, holds.force(desk.app, desk.who, case.invoice.id, _ask("Pourquoi")))


def _set_aside(desk: Desk, case: Case) -> None:
    carry_on(desk, holds.set_aside(desk.app, desk.who, case.invoice.id, _ask("Pourquoi")))


DECISIONS: Final[dict[str, Callable[[Desk, Case], None]]] = {
    "r": _recycle,
    "s": _suspend,
    "x": _reject,
    "c": _correct,
    "d": _double,
    "f": _force,
    "e": _set_aside,
}
