"""What each form on a held invoice does: the acts of the commands, nothing else."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import UploadFile

from dematfin.acts import answers, bank, doubles, holds, review
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.motif import for_journal
from dematfin.errors import RuleError
from dematfin.web.forms import text
from dematfin.web.visit import Visit

STATUSES: Final = (SupplierStatus.RECYCLED, SupplierStatus.SUSPENDED, SupplierStatus.REFUSED)
"""What a supplier may be answered."""
SAME, DISTINCT = "meme", "distinctes"


def status(form: Mapping[str, UploadFile | str]) -> SupplierStatus:
    """Return the answer that was chosen, or raise RuleError."""
    chosen = text(form, "reponse")
    if chosen not in STATUSES:
        message = "Choisissez la réponse au fournisseur : renvoyer, suspendre ou rejeter."
        raise RuleError(message)
    return SupplierStatus(chosen)


def pieces(form: Mapping[str, UploadFile | str], chosen: SupplierStatus) -> tuple[str, ...]:
    """Return the documents to supply, one a line; only a suspension asks for some."""
    return tuple(text(form, "pieces").splitlines()) if chosen is SupplierStatus.SUSPENDED else ()


def answer(visit: Visit) -> Invoice:
    """Send back, interrupt or refuse."""
    chosen, motif = status(visit.form), text(visit.form, "motif")
    if chosen is SupplierStatus.SUSPENDED:
        return answers.suspend(visit.app, visit.who, visit.invoice, motif, pieces(visit.form, chosen))
    act = answers.reject if chosen is SupplierStatus.REFUSED else answers.recycle
    return act(visit.app, visit.who, visit.invoice, motif)


def correct(visit: Visit) -> Invoice:
    """Take up again, with another service or engagement when they are given."""
    service, engagement = text(visit.form, "service"), text(visit.form, "engagement")
    return holds.resume(visit.app, visit.who, visit.invoice, text(visit.form, "pourquoi"), service, engagement)


def force(visit: Visit) -> Invoice:
    """Let the controls pass."""
    return holds.force(visit.app, visit.who, visit.invoice, text(visit.form, "pourquoi"))


def leave(visit: Visit) -> Invoice:
    """Leave to others."""
    return holds.set_aside(visit.app, visit.who, visit.invoice, text(visit.form, "pourquoi"))


def double(visit: Visit) -> Invoice:
    """Say whether two invoices are the same."""
    verdict, other = text(visit.form, "verdict"), _twin(visit)
    _check_verdict(verdict)
    why = text(visit.form, "pourquoi")
    return doubles.decide(visit.app, visit.who, visit.invoice, other, why, distinct=verdict == DISTINCT)


def check_double(visit: Visit) -> dict[str, Any]:
    """Return what is confirmed before one of two invoices is ended; raises RuleError."""
    _check_verdict(text(visit.form, "verdict"))
    for_journal(f"Facture {visit.invoice}", text(visit.form, "pourquoi"))
    return {"twin": _twin(visit)}


def call_back(visit: Visit) -> Invoice:
    """Keep the trace of a call to the supplier."""
    bank.confirm(visit.app, visit.who, visit.invoice, text(visit.form, "rappel"))
    return review.case_of(visit.app, visit.who, visit.invoice).invoice


def _twin(visit: Visit) -> str:
    twin = review.case_of(visit.app, visit.who, visit.invoice).twin
    if not twin:
        message = f"Facture {visit.invoice} : aucune autre facture ne lui ressemble."
        raise RuleError(message)
    return twin


def _check_verdict(verdict: str) -> None:
    if verdict not in {SAME, DISTINCT}:
        message = "Dites si c'est la même facture, ou deux factures distinctes."
        raise RuleError(message)
