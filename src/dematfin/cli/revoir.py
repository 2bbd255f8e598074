"""`bordereau revoir`: one review of the mandats whose invoice nobody knows for certain."""

import sys
from collections.abc import Iterator
from typing import Annotated, Final

import typer

from dematfin.acts import editor_flows
from dematfin.acts.editor_review import Doubt, Option, doubt
from dematfin.cli.context import DEFAULT, Configuration, Desk, sit
from dematfin.cli.output import complain, counted, day, say
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.disagreements import ACCEPTABLE
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing, PairingState
from dematfin.domain.finding import Severity
from dematfin.domain.labels import INVOICE
from dematfin.domain.money import french
from dematfin.domain.parties.iban import mask, of_account
from dematfin.errors import DematfinError, RuleError

QUIT: Final = "q"
ALONE: Final = "s"
BACK: Final = "r"
QUESTION: Final = "Numéro, ou facture (F2026-000012) · s sans facture · r retour · Entrée plus tard · q quitter"
WHY: Final = "Pourquoi ne paie-t-il aucune facture ? (q quitter)"


def review(
    cle: Annotated[str, typer.Argument(metavar="IMPORT", help="Par exemple E2026-000003.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Passe en revue les mandats à décider d'un import : pour chacun, la facture qu'il paie, ou aucune."""
    desk = sit(configuration)
    found = editor_flows.review(desk.app, desk.who, cle)
    asked = [row.pairing.claim.key for row in found.in_state(PairingState.TO_DECIDE)]
    if not asked:
        say(f"Import {found.flow.id} : aucun mandat n'est à décider. Voyez dematfin bordereau import {found.flow.id}")
        return
    _review(desk, found.flow.id, asked)
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
        if finding.code in ACCEPTABLE:
            command = f"dematfin bordereau rapprocher {pairing.editor_flow} {claim.key} --accepter {finding.code}"
            say(f'    {command} --motif "…"')


def _review(desk: Desk, key: str, asked: list[str]) -> None:
    """Ask of one mandat after the other, in a loop that can go back to what was shown before."""
    place, shown = 0, list[int]()
    while place < len(asked):
        now = doubt(desk.app, desk.who, key, asked[place])
        if now is None:
            place += 1
            continue
        _show(now, f"{place + 1}/{len(asked)}")
        said = _decide(desk, now)
        if said == QUIT:
            return
        if said != BACK:
            shown.append(place)
            place += 1
        elif shown:
            place = shown.pop()
            _take_back(desk, key, asked[place])
        else:
            complain("c'est le premier mandat de cette revue, aucune réponse n'est à reprendre.")


def _take_back(desk: Desk, key: str, claim: str) -> None:
    """Undo what was answered of a mandat; one left for later has nothing to undo."""
    rows = editor_flows.review(desk.app, desk.who, key).rows
    if next(row.pairing.decided_by for row in rows if row.pairing.claim.key == claim):
        tell(desk, editor_flows.undo(desk.app, desk.who, key, claim))


def _show(now: Doubt, place: str) -> None:
    claim = now.pairing.claim
    say()
    say(f"[{place}] Mandat n° {claim.mandat} · {french(claim.amount)} à {claim.creditor}", style="bold")
    say(f"Bordereau n° {claim.bordereau} · reste à décider : {counted(now.left, 'mandat')}, {french(now.amount)}")
    if facts := " · ".join(_facts(claim)):
        say(facts)
    if words := " · ".join(dict.fromkeys(filter(None, claim.words))):
        say(f"Objet : {words}")
    for rank, option in enumerate(now.options, start=1):
        _show_option(rank, option)
    if not now.options:
        say("  Aucune facture ne lui ressemble.")


def _facts(claim: Claim) -> Iterator[str]:
    """Yield what the mandat says besides its amount."""
    if claim.number:
        yield f"facture « {claim.number} »"
    if claim.siren:
        yield f"SIREN {claim.siren}"
    if claim.starts_on:
        yield f"délai à compter du {day(claim.starts_on)}"
    if claim.iban:
        yield f"compte {mask(of_account(claim.iban))}"
    if claim.marche:
        yield f"marché {claim.marche}"


def _show_option(rank: int, option: Option) -> None:
    invoice, proposal = option.invoice, option.proposal
    what = f"n° {invoice.number} du {day(invoice.issued_on)} · {french(invoice.signed_amount)}"
    say(f"  {rank}  {invoice.id} · {what} · {INVOICE[invoice.state]} · {proposal.score} %")
    told = [invoice.content.supplier.name, f"reçue le {day(invoice.notified_on)}"]
    told += [f"engagement {invoice.engagement}"] if invoice.engagement else []
    told += [f"compte {mask(invoice.iban)}"] if invoice.iban else []
    say(f"     {' · '.join(told)}")
    if proposal.reasons:
        say(f"     {' ; '.join(proposal.reasons)}")
    for gap in option.gaps:
        sign, style = ("✗", "red") if gap.severity is Severity.BLOCKING else ("!", "yellow")
        say(f"     {sign} {gap.sentence.partition(' : ')[2]}", style=style)


def _decide(desk: Desk, now: Doubt) -> str:
    """Ask until something is said; return it, or what stands for leaving and going back."""
    while True:
        typed = _line(QUESTION)
        if typed.lower() in {QUIT, BACK, ""}:
            return typed.lower()
        why = _line(WHY) if typed.lower() == ALONE else ""
        if why.lower() == QUIT:
            return QUIT
        try:
            tell(desk, _said(desk, now, typed, why))
        except DematfinError as error:
            complain(str(error))
            continue
        return typed


def _said(desk: Desk, now: Doubt, typed: str, why: str) -> Pairing:
    key, claim = now.pairing.editor_flow, now.pairing.claim.key
    if typed.lower() == ALONE:
        return editor_flows.exempt(desk.app, desk.who, key, claim, why)
    if typed.isdecimal():
        if not 0 < int(typed) <= len(now.options):
            message = f"il n'y a pas de proposition n° {typed}. Tapez le numéro d'une proposition, ou d'une facture."
            raise RuleError(message)
        typed = now.options[int(typed) - 1].invoice.id
    return editor_flows.choose(desk.app, desk.who, key, claim, typed)


def _line(question: str) -> str:
    """Return what is typed; an end of input leaves, whatever was asked."""
    say(question)
    line = sys.stdin.readline()
    return line.strip() if line else QUIT
