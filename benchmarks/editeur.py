"""A flow of 2,000 mandats of a finance software, among 4,000 visaed invoices, from its import to the flow to sign.

    importer   = import with its first matching / reading and judging the same flow alone
    rapprocher = matching it again, as every run does / the same
    preparer   = from the import to the flow to sign, a document for each mandat / completing the same flow, proving
                 it and judging it, alone
    croissance = all these works, a review and a hand-over of 2,000 visaed invoices in a folder: their time for 2,000
                 mandats / four times their time for 500

All are told in time of the processor, on the real ledger.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dematfin.acts import editor_flows
from dematfin.cli.context import open_app
from dematfin.demo.folder import DemoFolder
from dematfin.demo.paper import pdf
from dematfin.demo.story import load
from dematfin.domain.editor.completion import Completion
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.siret import has_key
from dematfin.ports.app import App
from dematfin.steps.editor_import import imports
from dematfin.steps.hand_over import hand_over
from dematfin.steps.outcome import Outcome
from dematfin.steps.prepare import prepare
from dematfin.support import logs
from dematfin.support.clock import SystemClock
from examples import AGENT, account, attachment, invoice
from exports import Listed, Ordered, exported, on_disk

IN_A_SHEET = 100
FIRMS = 100
GROWTH = 4
WORKS = ("importer", "rapprocher", "revoir", "preparer", "remettre")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A town hall with its invoices, and an export that pays half of them."""

    app: App
    export: Path
    folder: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mandats", type=int, default=2_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    small, _ = worked(options.mandats // GROWTH)
    large, alone = worked(options.mandats)
    measured = {name: large[name] / least for name, least in alone.items()}
    measured["croissance"] = sum(large.values()) / sum(small.values()) / GROWTH
    if options.json:
        shown = [{"name": name, "ratio": round(ratio, 3), "unit": "x floor"} for name, ratio in measured.items()]
        print(json.dumps({"figures": shown}))
        return
    print(", ".join(f"{name} {spent:.1f} s" for name, spent in large.items()))
    for name, ratio in measured.items():
        print(f"{name} : ratio {ratio:.2f} (plus bas est mieux)")


def worked(count: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return what each work takes for so many mandats, and what it takes at the least."""
    with tempfile.TemporaryDirectory(prefix="editeur-") as name:
        scene = set_up(Path(name), count)
        reading = seconds(lambda: read_alone(scene))
        spent = dict(zip(WORKS, work(scene, count), strict=True))
        alone = {"importer": reading, "rapprocher": reading, "preparer": seconds(lambda: complete_alone(scene))}
        return spent, alone


def work(scene: Scene, count: int) -> Iterable[float]:
    """Yield what each work takes, in their order."""
    app, key = scene.app, "E2026-000001"
    yield seconds(lambda: editor_flows.bring_in(app, AGENT, scene.export, "export.xml"))
    yield seconds(lambda: check(imports(app)))
    yield seconds(lambda: editor_flows.review(app, AGENT, key))
    found = editor_flows.review(app, AGENT, key)
    if found.held or len(found.in_state(PairingState.CERTAIN)) != count:
        message = f"tout n'est pas rapproché : {[one.sentence for one in found.held[:3]]}"
        raise SystemExit(message)
    yield seconds(lambda: check(prepare(app)))
    with app.ledger.reading() as books:
        if len(books.find(Mandat)) != count:
            message = "tout n'est pas mandaté"
            raise SystemExit(message)
    yield seconds(lambda: check(hand_over(app)))


def check(outcome: Outcome) -> None:
    if outcome.failures:
        raise SystemExit(outcome.failures[0].sentence)


def read_alone(scene: Scene) -> None:
    scene.app.reader.aller(scene.export)
    scene.app.reader.judge(scene.export, frozenset(), to_sign=True)


def complete_alone(scene: Scene) -> None:
    """Complete the flow as it was completed, prove it and judge it, without the ledger."""
    app, target = scene.app, scene.folder / "flux.xml"
    with app.ledger.reading() as books:
        (flux,) = books.find(Flux)
        pieces = {one.id: one for one in books.find(Piece, id=flux.pieces)}
        made = books.find(Mandat)
    references = {
        (BordereauKind.ORDINARY, one.exercice, int(one.bordereau.rsplit("-", 1)[1]), one.number): tuple(
            pieces[key] for key in one.pieces
        )
        for one in made
    }
    completion = Completion(nomfic="", dematerialised=True, references=references, carried=tuple(pieces.values()))
    app.writer.complete(scene.export, completion, target)
    if app.reader.changes(scene.export, target, completion):
        message = "le flux complété n'est plus celui de l'éditeur"
        raise SystemExit(message)
    app.reader.judge(target, frozenset())


def set_up(root: Path, count: int) -> Scene:
    """Return a town hall whose finance software exports so many mandats, and that has twice as many invoices."""
    folder = DemoFolder(root=root / "demo")
    folder.prepare(load(SystemClock("Europe/Paris").today()))
    app = open_app(folder.config)
    budget = next(one for one in app.policy.budgets if one.editor)
    with app.ledger.transaction() as books:
        books.save(AGENT, *(known_account(firm) for firm in range(FIRMS)))
        books.save(*(visaed(app, budget, number) for number in range(2 * count)))
    sheets = [
        Listed(number=start // IN_A_SHEET + 1, mandats=[ordered(number) for number in range(start, start + IN_A_SHEET)])
        for start in range(0, count, IN_A_SHEET)
    ]
    header = {"post": budget.post, "siret": budget.siret, "cod_col": budget.cod_col}
    export = on_disk(root, exported(*sheets, **header))
    return Scene(app=app, export=export, folder=folder.root)


def siret(number: int) -> str:
    """Return the SIRET of a firm."""
    siren = checked(f"91{number % FIRMS:06d}")
    return checked(f"{siren}0001")


def checked(digits: str) -> str:
    """Put the digit that makes a number right at its end."""
    return next(f"{digits}{last}" for last in range(10) if has_key(f"{digits}{last}"))


def amount(number: int) -> str:
    return f"{100 + number}.50"


def bill(number: int) -> str:
    return f"FA2026-{number:06d}"


def ordered(number: int) -> Ordered:
    return Ordered(number=number + 1, invoice=bill(number), amount=amount(number), siret=siret(number))


def known_account(number: int) -> KnownAccount:
    one = account(siren=siret(number)[:9])
    return replace(one, id=f"{one.siren}-{number}")


def visaed(app: App, budget: Budget, number: int) -> Invoice:
    """Return an invoice, visaed, with its document."""
    written = app.documents.put(pdf([f"Facture {bill(number)}"]))
    one = invoice(
        bill(number),
        amount(number),
        key=f"F2026-{number + 1:06d}",
        siret=budget.siret,
        engagement="",
        attachments=(replace(attachment("facture.pdf"), document=written),),
    )
    supplier = replace(one.content.supplier, identifier=siret(number))
    return replace(
        one,
        state=InvoiceState.SERVICE_FAIT,
        content=replace(one.content, supplier=supplier),
        supplier_siren=siret(number)[:9],
    )


def seconds(act: Callable[[], object]) -> float:
    """Return the processor's time that an act takes."""
    start = time.process_time()
    act()
    return time.process_time() - start


if __name__ == "__main__":
    main()
