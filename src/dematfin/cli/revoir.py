"""`bordereau revoir`: one review of the mandats whose invoice nobody knows for certain."""

import sys
from typing import Annotated, Final

import typer

from dematfin.acts import editor_flows
from dematfin.acts.editor_flows import Row
from dematfin.cli.context import DEFAULT, Configuration, Desk, sit
from dematfin.cli.output import complain, counted, day, say
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing, PairingState, Proposal
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import INVOICE
from dematfin.domain.money import french
from dematfin.errors import DematfinError

QUIT: Final = "q"
ALONE: Final = "s"
QUESTION: Final = "Numéro de la proposition, ou facture (F2026-000012) · s sans facture · Entrée plus tard · q quitter"


def review(
    cle: Annotated[str, typer.Argument(metavar="IMPORT", help="Par exemple E2026-000003.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Passe en revue les mandats à décider d'un import : pour chacun, la facture qu'il paie, ou aucune."""
    desk = sit(configuration)
    waiting = editor_flows.review(desk.app, desk.who, cle).in_state(PairingState.TO_DECIDE)
    if not waiting:
        say(f"Import {cle} : aucun mandat n'est à décider.")
        return
    for number, row in enumerate(waiting, start=1):
        now = _still(desk, row)
        if now is None:
            continue
        _show(now, f"{number}/{len(waiting)}")
        if not _decide(desk, now):
            break
    left = len(editor_flows.review(desk.app, desk.who, cle).in_state(PairingState.TO_DECIDE))
    say(f"Reste à décider : {counted(left, 'mandat')}." if left else "Tout est décidé.", style="bold")


def tell(desk: Desk, pairing: Pairing) -> None:
    """Say what a mandat pays now, and what still holds it."""
    claim, pays = pairing.claim, "reste à décider"
    if pairing.state in WITH_INVOICE:
        pays = f"paie la facture {pairing.invoice_id}"
    elif pairing.state is not PairingState.TO_DECIDE:
        pays = f"ne paie aucune facture ({pairing.motif or pairing.rule})"
    say(f"Mandat n° {claim.mandat} : {pays}.", style="green")
    found = editor_flows.review(desk.app, desk.who, pairing.editor_flow)
    for finding in next(row.held for row in found.rows if row.pairing.id == pairing.id):
        say(f"  ✗ {' '.join(filter(None, (finding.sentence, finding.remedy)))} ({finding.code})", style="red")


def _still(desk: Desk, row: Row) -> Row | None:
    """Return a claim as it stands now: what was just decided may have settled it."""
    found = editor_flows.review(desk.app, desk.who, row.pairing.editor_flow).in_state(PairingState.TO_DECIDE)
    return next((one for one in found if one.pairing.id == row.pairing.id), None)


def _show(row: Row, place: str) -> None:
    claim = row.pairing.claim
    number = f" · facture « {claim.number} »" if claim.number else ""
    say()
    say(f"[{place}] Mandat n° {claim.mandat} · {french(claim.amount)} à {claim.creditor}{number}", style="bold")
    if words := " · ".join(dict.fromkeys(filter(None, claim.words))):
        say(words)
    for rank, proposal in enumerate(row.pairing.proposals, start=1):
        _show_proposal(rank, proposal, row.invoices.get(proposal.invoice_id))
    if not row.pairing.proposals:
        say("  Aucune facture ne lui ressemble.")


def _show_proposal(rank: int, proposal: Proposal, invoice: Invoice | None) -> None:
    if invoice is not None:
        what = f"{invoice.content.supplier.name}, n° {invoice.number} du {day(invoice.issued_on)}"
        stands = f"{french(invoice.signed_amount)} · {INVOICE[invoice.state]}"
        say(f"  {rank}  {invoice.id} · {what} · {stands} · {proposal.score} %")
    if proposal.reasons:
        say(f"     {' ; '.join(proposal.reasons)}")


def _decide(desk: Desk, row: Row) -> bool:
    """Ask until something is decided; return False when the agent leaves."""
    while True:
        typed = _line(QUESTION)
        if typed.lower() == QUIT:
            return False
        if not typed:
            return True
        try:
            tell(desk, _said(desk, row, typed))
        except DematfinError as error:
            complain(str(error))
            continue
        return True


def _said(desk: Desk, row: Row, typed: str) -> Pairing:
    key, claim, proposals = row.pairing.editor_flow, row.pairing.claim.key, row.pairing.proposals
    if typed.lower() == ALONE:
        return editor_flows.exempt(desk.app, desk.who, key, claim, _line("Pourquoi ne paie-t-il aucune facture ?"))
    if typed.isdecimal() and 0 < int(typed) <= len(proposals):
        typed = proposals[int(typed) - 1].invoice_id
    return editor_flows.choose(desk.app, desk.who, key, claim, typed)


def _line(question: str) -> str:
    """Return what is typed; an end of input leaves."""
    say(question)
    line = sys.stdin.readline()
    return line.strip() if line else QUIT
