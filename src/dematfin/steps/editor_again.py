"""Mandats of the finance software that came back: found by their numbers, taken up again, cancelled, or alive."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dematfin.domain.editor.disagreements import due
from dematfin.domain.editor.taken_up import CAME_BACK
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE, MANDAT
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reissue import again
from dematfin.domain.money import ZERO, french
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.intentions import announced, recall

ORDERABLE = frozenset({InvoiceState.SERVICE_FAIT, InvoiceState.TO_PAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A mandat that no export holds any more, and why it is cancelled."""

    mandat: Mandat
    why: str


def former_bordereau(books: Books, sheet: Bordereau) -> Bordereau | None:
    """Return the bordereau of the same number, which came back; raises RuleError when it is alive."""
    series = {"siret": sheet.siret, "exercice": sheet.exercice, "kind": sheet.kind, "number": sheet.number}
    for found in books.find(Bordereau, **series):
        if found.editor and found.refused:
            return found
        where = f", dans le flux {found.flux}" if found.flux else ""
        message = (
            f"Le bordereau {found.id} est déjà ici{where} : il n'est pas pris deux fois. Si cet import est un double, "
            "abandonnez-le (dematfin bordereau abandonner)."
        )
        raise RuleError(message)
    return None


def numbered(books: Books, siret: str, flow: ReadFlow) -> Mapping[tuple[int, int], Sequence[Mandat]]:
    """Return the mandats that are here under the numbers of a flow, of any kind, by exercice and number."""
    found: dict[tuple[int, int], list[Mandat]] = defaultdict(list)
    numbers = {one.number for sheet in flow.bordereaux for one in sheet.mandats}
    for one in books.find(Mandat, siret=siret, number=tuple(numbers)):
        found[one.exercice, one.number].append(one)
    return found


def former_mandat(known: Iterable[Mandat], mandat: Mandat) -> Mandat | None:
    """Return the mandat of the same number, which came back; raises RuleError when it is alive, or its number burnt."""
    for found in known:
        if found.state is MandatState.CANCELLED or found.kind.bordereau is not mandat.kind.bordereau:
            continue
        if why := _why_alive(found):
            message = f"Le mandat n° {found.number} de {found.exercice} est déjà ici ({found.id}) : {why}."
            raise RuleError(message)
        return found
    return None


def _why_alive(found: Mandat) -> str:
    if not (found.editor and found.state in CAME_BACK):
        return f"il est {MANDAT[found.state]}, il n'est pas pris deux fois"
    if found.paid:
        return f"{french(found.paid)} en ont été versés avant son rejet : voyez avec le comptable"
    if found.number in found.burnt:
        return (
            "il a été rejeté après sa prise en charge et Hélios refuserait ce numéro. Réémettez-le sous un autre dans "
            "le logiciel financier, puis exportez de nouveau"
        )
    return ""


def missing(books: Books, former: Bordereau, now: Iterable[Mandat]) -> tuple[Leaving, ...]:
    """Return the mandats of a refused bordereau that its new export holds no more.

    Raises:
        RuleError: the comptable knows one of them all the same.
    """
    kept = {one.id for one in now}
    gone = [one for one in books.find(Mandat, bordereau=former.id) if one.id not in kept]
    living = [one for one in gone if one.state is not MandatState.CANCELLED]
    if known := [one for one in living if one.state not in CAME_BACK]:
        message = (
            f"Le bordereau {former.id} n'a plus le mandat n° {known[0].number}, que le comptable connaît pourtant "
            f"({MANDAT[known[0].state]}). Voyez avec lui avant de le renvoyer."
        )
        raise RuleError(message)
    why = f"absent du nouvel export du bordereau {former.id}"
    return tuple(Leaving(mandat=one, why=why) for one in living if one.state is not MandatState.REJECTED)


def replaced(books: Books, now: Sequence[Mandat], leaving: Iterable[Leaving]) -> tuple[Leaving, ...]:
    """Return the mandats that came back and whose invoices others pay now; checks what each invoice is ordered for, by
    whatever budget.

    Raises:
        RuleError: an invoice would be ordered for more than is due.
    """
    ours = {one.id for one in now if one.id} | {one.mandat.id for one in leaving}
    payers = {share.invoice_id: one for one in now for share in one.shares}
    touching = [
        one
        for one in books.find(Mandat)
        if one.id not in ours and one.state is not MandatState.CANCELLED and payers.keys() & {*one.invoice_ids}
    ]
    back = [one for one in touching if one.editor and one.state in CAME_BACK]
    alive = [one for one in touching if one not in back]
    orders: dict[str, list[Mandat]] = defaultdict(list)
    for one in (*alive, *now):
        for key in {*one.invoice_ids}:
            orders[key].append(one)
    for invoice in books.find(Invoice, id=tuple(payers)):
        _check_due(invoice, orders[invoice.id])
    return tuple(_replaced(one, next(payers[key] for key in one.invoice_ids if key in payers)) for one in back)


def _replaced(mandat: Mandat, by: Mandat) -> Leaving:
    if mandat.paid:
        message = (
            f"Le mandat n° {by.number} paie {', '.join(mandat.invoice_ids)}, dont {french(mandat.paid)} ont déjà été "
            f"versés par le mandat {mandat.id}. Voyez avec le comptable."
        )
        raise RuleError(message)
    return Leaving(mandat=mandat, why=f"remplacé par le mandat n° {by.number}")


def _check_due(invoice: Invoice, orders: Sequence[Mandat]) -> None:
    """What one mandat alone asks is compared with the visa elsewhere, and a person may accept it; not what two do."""
    if invoice.state not in ORDERABLE:
        message = f"Facture {invoice.id} : elle est {INVOICE[invoice.state]}, elle ne se mandate pas."
        raise RuleError(message)
    if len(orders) == 1:
        return
    ordered = abs(sum((share.amount for one in orders for share in one.shares if share.invoice_id == invoice.id), ZERO))
    if ordered > abs(due(invoice)):
        listed = ", ".join(f"n° {one.number} ({MANDAT[one.state]})" for one in orders)
        message = (
            f"Facture {invoice.id} : les mandats {listed} ordonneraient {french(ordered)} ensemble, "
            f"{french(abs(due(invoice)))} sont dus. Corrigez dans le logiciel financier, ou le rapprochement "
            "(dematfin bordereau revoir)."
        )
        raise RuleError(message)


def give_up(app: App, books: Books, mandat: Mandat, reason: str) -> Mandat:
    """Cancel a mandat that came back and that no export will bring again; its invoices may be matched again.

    Raises:
        RuleError: it was paid in part.
    """
    if mandat.paid:
        message = f"Mandat {mandat.id} : {french(mandat.paid)} en ont été versés. Voyez avec le comptable."
        raise RuleError(message)
    gone = let_go(app, books, Leaving(mandat=mandat, why=reason), app.by)
    free(app, books, mandat.invoice_ids, f"son mandat {mandat.id} est annulé : {reason}")
    return gone


def let_go(app: App, books: Books, leaving: Leaving, by: str) -> Mandat:
    """Cancel a mandat that came back, out of a bordereau that leaves again without it; it took no credits."""
    before = leaving.mandat
    if before.state is MandatState.REJECTED:
        gone = replace(before.moved(MandatState.CANCELLED), reason=leaving.why)
    else:
        waiting = before if before.state is MandatState.PREPARED else again(before)
        gone = replace(waiting.moved(MandatState.CANCELLED), reason=leaving.why, bordereau="")
    books.save(gone)
    books.record(app.event(Subject.MANDAT, gone.id, before.state, gone.state, leaving.why, by=by))
    return gone


def free(app: App, books: Books, invoices: Iterable[str], why: str) -> None:
    """Give back the invoices that no mandat orders any more; what Chorus Pro shows as mandated stays so."""
    touched = books.find(Invoice, id=tuple(dict.fromkeys(invoices)), state=InvoiceState.TO_PAY)
    ordered = _ordered(books) if touched else frozenset()
    for invoice in touched:
        if invoice.id in ordered:
            continue
        recall(books, invoice, why)
        shown = announced(books, invoice)
        after = invoice if shown else invoice.moved(InvoiceState.SERVICE_FAIT)
        books.save(after)
        there = " ; Chorus Pro la montre déjà mandatée" if shown else ""
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, after.state, f"{why}{there}"))


def _ordered(books: Books) -> frozenset[str]:
    """Return the invoices that a mandat orders to pay, of whatever budget."""
    living = (one for one in books.find(Mandat) if one.state is not MandatState.CANCELLED)
    return frozenset(key for one in living for key in one.invoice_ids)
