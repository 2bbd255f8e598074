"""The verdict of a bought i-Parapheur on one invoice: certified, refused, or left to the agent.

Its circuit is over: nobody can add there what is missing. So an approval without a day, and a refusal without a code,
go to the agent with their words; nothing certifies or refuses an invoice by guessing.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import MOTIVE
from dematfin.domain.visa.annotation import day_of, motive_of, unread
from dematfin.domain.visa.decision import BACK_TO_AGENT, Decision, DecisionKind, Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.parapheur import Passage, Phase
from dematfin.steps.decide import certify, doubt_of, hand_back, refuse, supplier_words
from dematfin.steps.folders import keep_folder

NEIGHBOUR: Final = "parapheur"
INCOMPLETE: Final = "INCOMPLET"
NO_CODE: Final = "SANS_CODE"
LONGEST: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a folder ended there.

    Attributes:
        said: who said yes, or the line that refuses.
        service_fait: the day of the service fait, as it was typed.
        slip: the visa slip; `seen` the fingerprint of the documents that are now in the folder.
    """

    phase: Phase
    said: tuple[Passage, ...]
    service_fait: str
    slip: DocumentRef
    seen: str


def decide_there(app: App, books: Books, folder: VisaFolder, invoice: Invoice, ended: Ended) -> None:
    """Write down what was decided there, as a fact that the i-Parapheur reports."""
    app = replace(app, by=NEIGHBOUR)
    folder = replace(folder, slip=ended.slip)
    if ended.phase is Phase.REFUSED:
        _refused(app, books, folder, invoice, ended)
    else:
        _approved(app, books, folder, invoice, ended)


def _approved(app: App, books: Books, folder: VisaFolder, invoice: Invoice, ended: Ended) -> None:
    day = day_of(ended.service_fait, app.clock.local)
    wrong = _wrong(app, books, invoice, ended, day)
    names = ", ".join(dict.fromkeys(_name(one) for one in ended.said))
    decisions = tuple(_decision(app, folder, one, ended) for one in ended.said)
    if wrong:
        closed = folder.reported(FolderState.WITHDRAWN, decisions)
        keep_folder(app, books, folder, closed, invoice, f"fini dans l'i-Parapheur, mais {wrong}")
        sentence = (
            f"L'i-Parapheur l'a rendue visée{f' par {names}' if names else ''}, mais {wrong} : elle n'est pas "
            "certifiée. Voyez avec le service, puis reprenez-la (facture reprendre) : elle y retournera."
        )
        hand_back(app, books, invoice, INCOMPLETE, sentence)
        return
    approved = folder.reported(FolderState.APPROVED, _dated(decisions, day))
    motif = f"service fait le {day:%d/%m/%Y}, visé dans l'i-Parapheur par {names}"
    keep_folder(app, books, folder, approved, invoice, motif)
    certify(app, books, invoice, approved, motif)


def _wrong(app: App, books: Books, invoice: Invoice, ended: Ended, day: date | None) -> str:
    """Say what a visa lacks to certify, or an empty text."""
    if not ended.said:
        return "son historique ne dit pas qui l'a visée"
    if day is None:
        return unread(ended.service_fait)
    return doubt_of(app, books, invoice, day)


def _refused(app: App, books: Books, folder: VisaFolder, invoice: Invoice, ended: Ended) -> None:
    line = ended.said[0]
    motive, words = motive_of(line.annotation[:LONGEST])
    given = replace(_decision(app, folder, line, ended), kind=DecisionKind.REFUSAL, motive=motive)
    what = MOTIVE[motive] if motive else "refus sans code"
    motif = f"{what} ({_name(line)}, i-Parapheur) : {words or 'sans explication'}"
    keep_folder(app, books, folder, folder.reported(FolderState.REFUSED, (given,)), invoice, motif)
    if motive and words and (motive in BACK_TO_AGENT or _readable(invoice, motive, words)):
        refuse(app, books, invoice, motive, motif, words)
        return
    sentence = f"Refus de visa : {motif.rstrip('.')}. Décidez de la suite : reprendre, renvoyer ou rejeter."
    hand_back(app, books, invoice, motive or NO_CODE, sentence)


def _readable(invoice: Invoice, motive: Motive, words: str) -> bool:
    """Whether the supplier could read these words whole in Chorus Pro."""
    try:
        return bool(supplier_words(invoice, motive, words))
    except RuleError:
        return False


def _decision(app: App, folder: VisaFolder, line: Passage, ended: Ended) -> Decision:
    return Decision(
        kind=DecisionKind.VISA,
        desk=folder.step.desks[0],
        by=f"{_name(line)} (i-Parapheur)",
        at=line.at or app.clock.now(),
        comment=line.annotation[:LONGEST],
        seen=ended.seen,
    )


def _dated(decisions: tuple[Decision, ...], day: date | None) -> tuple[Decision, ...]:
    """Return the decisions, the last of which says the day: nobody there is told apart for having typed it."""
    return (*decisions[:-1], replace(decisions[-1], executed_on=day))


def _name(line: Passage) -> str:
    return line.name or "une personne que l'i-Parapheur ne nomme pas"
