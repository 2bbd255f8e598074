"""The review of an import: one mandat to decide at a time, with all that it takes to decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dematfin.domain.editor.disagreements import disagreements
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.editor.pairing import Pairing, PairingState, Proposal
from dematfin.domain.finding import Finding
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.pairing import import_named, paired, pairings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An invoice that a mandat may pay; `gaps`: what the two would disagree on."""

    proposal: Proposal
    invoice: Invoice
    gaps: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A mandat to decide; `left` and `amount`: how many there still are in its import, and what they come to."""

    pairing: Pairing
    options: tuple[Option, ...]
    left: int
    amount: Decimal


def doubt(app: App, who: Person, key: str, claim: str) -> Doubt | None:
    """Return a claim as it stands now; None once it is decided: what was said of another may have settled it."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        flow = import_named(books, key)
        pairings = pairings_of(books, flow.id)
        waiting = [one for one in pairings if one.state is PairingState.TO_DECIDE]
        asked = next((one for one in waiting if one.claim.key == claim), None)
        if asked is None:
            return None
        return Doubt(
            pairing=asked,
            options=tuple(_options(app, books, flow, pairings, asked)),
            left=len(waiting),
            amount=sum((one.claim.amount for one in waiting), ZERO),
        )


def _options(app: App, books: Books, flow: EditorFlow, pairings: Sequence[Pairing], asked: Pairing) -> Iterator[Option]:
    """Yield each invoice that is proposed, as if it were chosen: what the other claims pay of it counts."""
    chosen = [
        replace(asked, id=one.invoice_id, state=PairingState.CHOSEN, invoice_id=one.invoice_id)
        for one in asked.proposals
    ]
    seen = paired(app, books, flow, (*pairings, *chosen))
    for proposal in asked.proposals:
        if beside := seen.get(proposal.invoice_id):
            yield Option(proposal=proposal, invoice=beside.invoice, gaps=disagreements(beside))
