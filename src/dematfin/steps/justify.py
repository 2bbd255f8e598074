"""Justify: a mandat goes into no bordereau before it carries what annexe I asks for."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.mandat.justify import cases, missing, rubrique
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.payee import ordered
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.mandat.rubriques import Case, Rubrique
from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.tally.words import LACKS
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally
from dematfin.steps.pieces import read_kept, with_kept

LEFT = frozenset(MandatState) - {MandatState.PREPARED, MandatState.CANCELLED, MandatState.REJECTED}
"""States of a mandat whose documents the comptable has, or will have."""
CONVENTION_ABOVE: Final = Decimal("23000.00")
PUBLIC: Final = "2"
"""First figure of the CatTiers of public bodies, which need no convention."""


def justified(app: App, books: Books, mandats: Sequence[Mandat], tally: Tally) -> list[Mandat]:
    """Return the mandats that carry what they must, with all that was kept for them; the others are told and wait.

    Whatever was agreed, one without any document waits too: its flow would be refused, its number taken.
    """
    ready = []
    read_kept(books, mandats)
    books.find(Invoice, id=[key for mandat in mandats for key in mandat.invoice_ids])
    for mandat in mandats:
        dressed = with_kept(books, mandat)
        findings, used = judge(app, books, dressed)
        for finding in findings:
            tally.note(finding.sentence)
        if lacks := blocking(findings):
            _tell_lack(app, books, dressed, lacks)
            continue
        if not dressed.pieces:
            tally.note(
                f"Mandat {mandat.id} : aucune pièce n'y est jointe, Hélios le refuserait. Joignez ce qui le justifie : "
                f"dematfin pieces joindre {mandat.id} FICHIER --nature certificat."
            )
        else:
            _record(app, books, dressed, used)
            ready.append(dressed)
    return ready


def judge(app: App, books: Books, mandat: Mandat) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what a mandat lacks, and the dispenses that it uses."""
    return missing(mandat, _cases(app, books, mandat), books.find(Piece, id=mandat.pieces), app.policy.pieces)


def lacking(app: App, books: Books, severity: Severity | None = None) -> tuple[Finding, ...]:
    """Return what all prepared mandats lack."""
    waiting = books.find(Mandat, state=MandatState.PREPARED, editor=False)
    found = [one for mandat in waiting for one in judge(app, books, with_kept(books, mandat))[0]]
    return tuple(one for one in found if severity in {None, one.severity})


def _cases(app: App, books: Books, mandat: Mandat) -> frozenset[Case]:
    invoices = books.find(Invoice, id=mandat.invoice_ids)
    iban = mandat.tiers.account.iban
    account = books.find(KnownAccount, id=account_id(mandat.tiers.siren, iban))
    told = {
        Case.FIRST_PAYMENT: _first_payment(app, books, mandat),
        Case.NEW_ACCOUNT: bool(account) and not account[0].trusted,
        Case.ACCOUNT_SHOWN: iban in {invoice.iban for invoice in invoices},
        Case.CONVENTION_DUE: _convention_due(books, mandat),
    }
    return cases(mandat) | {case for case, holds in told.items() if holds}


def _first_payment(app: App, books: Books, mandat: Mandat) -> bool:
    """Whether nothing was paid on its marché before, as far as it is known."""
    if not mandat.marche or normalised(mandat.marche) in app.policy.pieces.under_way:
        return False
    others = books.find(Mandat, marche=mandat.marche, state=LEFT)
    return not any(other.id != mandat.id for other in others)


def _convention_due(books: Books, mandat: Mandat) -> bool:
    """Whether a private body gets so much in the year that a convention is needed (loi n° 2000-321, art. 10)."""
    if rubrique(mandat) is not Rubrique.SUBSIDY or mandat.tiers.category.startswith(PUBLIC):
        return False
    year = {"exercice": mandat.exercice, "rubrique": Rubrique.SUBSIDY, "siret": mandat.siret}
    given = [one for one in books.find(Mandat, **year) if one.tiers.siren == mandat.tiers.siren]
    return ordered({one.id: one for one in (*given, mandat)}.values()) > CONVENTION_ABOVE


def _tell_lack(app: App, books: Books, mandat: Mandat, lacks: tuple[Finding, ...]) -> None:
    """Write down once what keeps a mandat out of bordereaux, for figures: told again only when it is something else."""
    codes = " ".join(sorted({one.code for one in lacks}))
    told = [one.event.data.get(LACKS) for one in app.ledger.history(Subject.MANDAT, (mandat.id,))]
    if codes not in told:
        motif = " ".join(one.sentence for one in lacks)
        books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, mandat.state, motif, **{LACKS: codes}))


def _record(app: App, books: Books, mandat: Mandat, used: Iterable[str]) -> None:
    for waiver in used:
        motif = f"pièce non jointe {waiver}, dispensée par {app.policy.pieces.convention}"
        books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, mandat.state, motif, dispense=waiver))
