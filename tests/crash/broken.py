"""The product, broken on purpose: each breakage must turn the campaign red, else its judge is blind.

`python -m crash.broken NOM` breaks it, has a process die where it hurts, and says what the judge found.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from crash.campaign import told
from crash.campaign.plan import Plan, at_names
from crash.campaign.run import run
from crash.campaign.town import warm
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.ports.app import App
from dematfin.ports.transmitter import ReturnItem
from dematfin.steps import answers, follow_up, reconcile, transmit
from dematfin.steps.attempts import arrived, sha1_of
from dematfin.tdt.s2low import S2low


def result_first() -> None:
    """Deposit, and only then write that a deposit begins."""

    def deposit(app: App, flux: Flux) -> None:
        assert flux.to_deposit is not None
        with app.documents.local(flux.to_deposit) as path:
            remote_id = app.transmitter.send(path, flux.id)
            arrived(app, transmit.begin(app, flux, sha1_of(path)), remote_id)

    patch(transmit, "deposit", deposit)


def new_name() -> None:
    """Build a flow whose outcome is unknown again, under another NomFic."""

    def settle(app: App, flux: Flux, _: Any) -> None:
        with app.ledger.transaction() as books:
            books.save(replace(flux, state=FluxState.DROPPED))
            for sheet in books.find(Bordereau, id=flux.bordereaux):
                books.save(replace(sheet, flux="", sent_before=(*sheet.sent_before, flux.id)))

    patch(reconcile, "_settle", settle)


def read_first() -> None:
    """Tell the TdT that a retour was read before its bytes are kept."""
    fetch = S2low.fetch

    def hasty(self: S2low, item: ReturnItem) -> bytes:
        data = fetch(self, item)
        self.acknowledge(item)
        return data

    patch(S2low, "fetch", hasty)


def applied_twice() -> None:
    """Forget, once an answer is applied, that it was, and apply it again."""

    def twice(app: App, answer: Any, *others: Any) -> None:
        with app.ledger.reading() as books:
            flows = books.find(Flux)
        answers.apply(app, answer, *others)
        with app.ledger.transaction() as books:
            books.save(answer, *flows)
        answers.apply(app, answer, *others)

    patch(follow_up, "apply", twice)


BREAKAGES: Final[dict[str, tuple[Callable[[], None], str]]] = {
    "resultat-avant": (result_first, "transmitter.send * après"),
    "nouveau-nomfic": (new_name, "transmitter.send * après"),
    "lu-avant": (read_first, "transmitter.fetch * après"),
    "applique-deux-fois": (applied_twice, "écrire steps.follow_up* après"),
}


def patch(owner: object, name: str, broken: object) -> None:
    """Put something broken in the place of what is there."""
    assert hasattr(owner, name)
    setattr(owner, name, broken)


def main(name: str) -> int:
    """Break, run, and say what the judge found; 0 when it found nothing."""
    breaks, where = BREAKAGES[name]
    plan: Plan = replace(at_names(1, [where]), faults=(), archivist=True)
    with tempfile.TemporaryDirectory(prefix="cassee-") as folder:
        model = warm(Path(folder))
        breaks()
        done = run(model, Path(folder) / "tirage", plan)
    sys.stdout.write(told.of_run(done) + "\n")
    return int(bool(done.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
