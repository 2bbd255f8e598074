"""Held back: why an import is not completed yet, mandat by mandat, each time with what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dematfin.domain.editor.disagreements import Paired, acceptance, disagreements
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing, PairingState
from dematfin.domain.figures.next_step import of_invoice
from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.forcing import weighed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import french
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.candidates import is_free, taken_elsewhere, way_out
from dematfin.steps.made_elsewhere import mandats_of
from dematfin.steps.pairing import paired, pairings_of
from dematfin.steps.stopped import Stops, stops

TO_DECIDE: Final = "IMPORT-A-DECIDER"
TAKEN_BACK: Final = frozenset({Stage.REJECTED, Stage.SUSPENDED, Stage.RECYCLED})
"""What may happen in Chorus Pro to an invoice whose mandat came back."""
READY: Final = frozenset({InvoiceState.SERVICE_FAIT, InvoiceState.TO_PAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is known of one import, read once: its pairings, what they pay, and all that may hold them."""

    app: App
    flow: EditorFlow
    pairings: tuple[Pairing, ...]
    paired: Mapping[str, Paired]
    folders: Mapping[str, tuple[VisaFolder, ...]]
    mandats: Mapping[str, tuple[Mandat, ...]]
    elsewhere: Mapping[str, str]
    stopped: Stops

    def disagreements(self, pairing: Pairing) -> tuple[Finding, ...]:
        """Return what a mandat and its invoice disagree on, let pass or not."""
        one = self.paired.get(pairing.id)
        return disagreements(one) if one else ()

    def held(self, pairing: Pairing) -> tuple[Finding, ...]:
        """Return what holds one mandat back."""
        return tuple(_held(self, pairing))


def scene(app: App, books: Books, flow: EditorFlow) -> Scene:
    """Read what is known of one import; nothing is written."""
    pairings = pairings_of(books, flow.id)
    matched = paired(app, books, flow, pairings)
    invoices = {one.invoice.id: one.invoice for one in matched.values()}
    waiting = tuple(key for key, one in invoices.items() if one.state is InvoiceState.IN_VISA)
    folders: dict[str, tuple[VisaFolder, ...]] = {}
    for folder in books.find(VisaFolder, invoice_id=waiting) if waiting else ():
        folders[folder.invoice_id] = (*folders.get(folder.invoice_id, ()), folder)
    return Scene(
        app=app,
        flow=flow,
        pairings=pairings,
        paired=matched,
        folders=folders,
        mandats=mandats_of(app, books, [key for key, one in invoices.items() if one.state is InvoiceState.TO_PAY]),
        elsewhere=taken_elsewhere(books, flow.id),
        stopped=stops(books),
    )


def held_back(app: App, books: Books, editor_flow: EditorFlow) -> tuple[Finding, ...]:
    """Return all that keeps an import from being completed; nothing, when it may be."""
    seen = scene(app, books, editor_flow)
    return tuple(finding for pairing in seen.pairings for finding in seen.held(pairing))


def _held(seen: Scene, pairing: Pairing) -> Iterator[Finding]:
    if pairing.state is PairingState.TO_DECIDE:
        yield _to_decide(seen, pairing)
    if pairing.state not in WITH_INVOICE:
        return
    one = seen.paired.get(pairing.id)
    if one is None:
        sentence = f"sa facture {pairing.invoice_id} n'existe plus ici. Dites laquelle il paie : {_decide(pairing)}"
        yield _finding(pairing, TO_DECIDE, sentence)
        return
    yield from _not_ready(seen, pairing, one.invoice)
    for finding in blocking(disagreements(one)):
        if acceptance(finding) not in pairing.accepted:
            yield finding


def _to_decide(seen: Scene, pairing: Pairing) -> Finding:
    claim = pairing.claim
    what = f"{french(claim.amount)} à {claim.creditor or 'un créancier sans nom'}"
    number = f", facture « {claim.number} »" if claim.number else ""
    count = len(pairing.proposals)
    more = f"factures possibles : {count}" if count else "aucune facture ne lui ressemble"
    sentence = f"{what}{number} : dites quelle facture il paie, ou qu'il n'en paie pas ({more}). {_review(seen)}"
    return _finding(pairing, TO_DECIDE, sentence)


def _not_ready(seen: Scene, pairing: Pairing, invoice: Invoice) -> Iterator[Finding]:
    key = invoice.id
    if other := seen.elsewhere.get(key):
        sentence = f"la facture {key} est déjà payée par l'import {other}. Gardez l'un des deux : {_decide(pairing)}"
        yield _finding(pairing, "IMPORT-DEUX-FOIS", sentence)
    made = seen.mandats.get(key, ())
    if invoice.state is InvoiceState.TO_PAY and not is_free(invoice, made):
        others = ", ".join(f"{one.id} (n° {one.number})" for one in made) or "un autre mandat"
        sentence = f"la facture {key} est déjà mandatée par {others}. Choisissez-en une autre : {_decide(pairing)}"
        sentence += way_out(made)
        yield _finding(pairing, "IMPORT-DEJA-MANDATEE", sentence)
    if invoice.state not in READY:
        yield _finding(pairing, "IMPORT-VISA", f"la facture {key} {_missing(seen, invoice)}")
    elif found := blocking(weighed(invoice.findings, invoice.forced)):
        sentence = f"la facture {key} a un point bloquant. {found[0].sentence} (dematfin facture voir {key})"
        yield _finding(pairing, "IMPORT-BLOQUEE", sentence)
    if invoice.state is InvoiceState.TO_PAY and stage(invoice.remote_status) in TAKEN_BACK:
        shown = f"Chorus Pro la montre « {said(invoice.remote_status)} »"
        sentence = f"la facture {key} n'est pas à mandater de nouveau : {shown}. Retirez-le du logiciel financier."
        yield _finding(pairing, "IMPORT-CHORUS", sentence)
    if invoice.state is InvoiceState.SERVICE_FAIT and (why := seen.stopped.why(invoice)):
        yield _finding(pairing, "IMPORT-CHORUS", why)


def _missing(seen: Scene, invoice: Invoice) -> str:
    """Say what an invoice lacks before it may be mandated: who has it, since when, what to type."""
    folders = seen.folders.get(invoice.id, ())
    standing = of_invoice(invoice, folders, ())
    since = next((one.activated_on for one in folders if one.state is FolderState.IN_CIRCUIT), None)
    told = [f"n'est pas visée : elle est « {standing.now} »" + (f" depuis le {since:%d/%m/%Y}." if since else ".")]
    told += [standing.coming] if standing.coming else []
    told += [f"({standing.command})"] if standing.command else []
    return " ".join(told)


def _review(seen: Scene) -> str:
    return f"(dematfin bordereau revoir {seen.flow.id})"


def _decide(pairing: Pairing) -> str:
    return f"dematfin bordereau rapprocher {pairing.editor_flow} {pairing.claim.key} --facture …"


def _finding(pairing: Pairing, code: str, sentence: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.BLOCKING,
        sentence=f"Mandat n° {pairing.claim.mandat} : {sentence}",
        mandat=str(pairing.claim.mandat),
        supplier=pairing.claim.creditor,
        about=pairing.invoice_id,
    )
