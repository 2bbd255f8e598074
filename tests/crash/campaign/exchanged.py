"""What passes to and from a finance software: each thing once, its bytes kept, nothing paid twice, nothing lost."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Final

from crash.campaign.records import Ours, Theirs
from crash.campaign.software import Software
from crash.campaign.verdict import BROKEN, DOUBLED, HIDDEN, LOST, Fault
from dematfin.domain.editor.editor_flow import EditorFlowState
from dematfin.domain.exchange.hand_over import HandOverState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.reception import AnswerKind

PAID: Final = "PAYE"
REJECTED: Final = "REJETE"
ADDED: Final = re.compile(
    rb"<PES_PJ>.*?</PES_PJ>|<PJRef>.*?</PJRef>|<(?:NomFic|InfoDematerialisee) V=['\"][^'\"]*['\"]", re.DOTALL
)
"""All that may be added or changed, as text: another reader than the product's own."""
ID: Final = re.compile(rb"\sId=(?:'[^']*'|\"[^\"]*\")")
HEAD: Final = re.compile(rb"^<\?xml[^>]*\?>")
GONE: Final = frozenset({MandatState.CANCELLED})


def _exports(ours: Ours, it: Software, _: Theirs) -> Iterator[Fault]:
    """Each export was imported once, refused with its reason, or lies where it was put."""
    kept = Counter(one.document.sha256 for one in ours.imports)
    known = kept.keys() | it.left | it.refused | it.noted("retire").keys()
    for sha, name in it.noted("export").items():
        if kept[sha] > 1:
            yield Fault(DOUBLED, f"export {name} importé {kept[sha]} fois")
        if sha not in known:
            yield Fault(LOST, f"export {name} ni importé, ni refusé, ni laissé{' : pris' * (sha in it.claimed)}")
    yield from (Fault(HIDDEN, f"export {name} refusé sans un mot") for name in it.unexplained)


def _bytes(ours: Ours, it: Software, _: Theirs) -> Iterator[Fault]:
    """A completed flow is the editor's, but for what may be added."""
    flows = {one.editor_flow: one for one in ours.flows if one.editor_flow}
    for one in ours.imports:
        if one.id in flows:
            before, after = (_plain(ours.bytes_of(ref)) for ref in (one.document, flows[one.id].unsigned))
            ids = frozenset(ID.findall(before))
            if before != ID.sub(partial(_known, ids), after):
                yield Fault(BROKEN, f"import {one.id} : complété, il n'est plus celui du logiciel financier")
            if one.document.sha256 not in it.noted("export"):
                yield Fault(BROKEN, f"import {one.id} : personne n'a exporté ses octets")


def _known(ids: frozenset[bytes], found: "re.Match[bytes]") -> bytes:
    """Keep the identifiers of the finance software; one that lacks may be added."""
    return found[0] if found[0] in ids else b""


def _plain(data: bytes) -> bytes:
    if b"UTF-8" in data[:60]:
        data = data.decode("utf-8").encode("iso-8859-1")
    return ADDED.sub(b"", HEAD.sub(b"", data))


def _numbers(ours: Ours, it: Software, _: Theirs) -> Iterator[Fault]:
    """What was not given up has the editor's numbers and amounts, and pays the invoice that was mandated there."""
    bills = {one.id: one for one in ours.invoices}
    handed = {row.pdf.name: row for row in it.handed}
    for one in (one for one in ours.mandats if one.editor and one.state not in GONE):
        piece = it.piece(one.number)
        if piece is None or piece.montant != one.amount:
            yield Fault(BROKEN, f"mandat {one.id} : n° {one.number}, {one.amount} €, ce n'est pas ce qui a été mandaté")
        elif {bills[key].number for key in one.invoice_ids} != {
            handed[name].number for name in (piece.document,) if name
        }:
            yield Fault(BROKEN, f"mandat {one.id} (n° {one.number}) : il ne paie pas la facture qui a été mandatée")


def _orders(_: Ours, it: Software, theirs: Theirs) -> Iterator[Fault]:
    """Hélios pays each invoice once, for what was handed over."""
    due = {row.pdf.name: row.amount for row in it.handed}
    ordered: dict[str, list[tuple[str, Decimal]]] = {}
    for row in theirs.mandats:
        piece = it.piece(int(row["numero"])) if row["siret"] == it.setup.siret else None
        if piece and piece.document and not row["etat"].startswith(REJECTED):
            ordered.setdefault(piece.document, []).append((row["etat"], piece.montant))
    for name, orders in ordered.items():
        if len(orders) > 1:
            yield Fault(DOUBLED, f"Hélios a {len(orders)} mandats pour {name}")
        if sum((amount for state, amount in orders if state == PAID), Decimal(0)) > due[name]:
            yield Fault(DOUBLED, f"{name} payé plus que dû")


def _handed(ours: Ours, it: Software, _: Theirs) -> Iterator[Fault]:
    """Each visaed invoice was handed over once, with its own PDF."""
    rows = Counter(row.number for row in it.handed)
    for invoice in _of_it(ours, it):
        if rows[invoice.number] != 1:
            kind = DOUBLED if rows[invoice.number] else LOST
            yield Fault(kind, f"facture {invoice.id} remise {rows[invoice.number]} fois")
    documents = {name: ref.sha256 for one in ours.given for name, ref in zip(one.names, one.documents, strict=True)}
    for row in it.handed:
        if documents.get(row.pdf.name) != hashlib.sha256(row.pdf.read_bytes()).hexdigest():
            yield Fault(BROKEN, f"{row.pdf.name} : ce ne sont pas les octets de notre reçu")
    for one in ours.given:
        if one.state is HandOverState.STAGED:
            yield Fault(LOST, f"remise {one.id} restée en chemin")


def _given_back(ours: Ours, it: Software, theirs: Theirs) -> Iterator[Fault]:
    """Each answer about its mandats was given back once, as the TdT had served it; nothing else was."""
    flows = {one.id for one in ours.flows if one.editor_flow}
    mine = f'IdColl V="{it.setup.siret}"'.encode()
    for one in ours.answers:
        about = one.flux in flows if one.kind is AnswerKind.ACQUIT else mine in ours.bytes_of(one.document)
        count = it.answers[one.document.sha256]
        if about and count != 1:
            yield Fault(DOUBLED if count else LOST, f"{one.kind} {one.name} rendu {count} fois au logiciel financier")
    kept = {one.document.sha256 for one in ours.answers}
    yield from (Fault(BROKEN, f"réponse {sha[:12]} rendue, jamais reçue") for sha in it.answers.keys() - kept)


def _ends(ours: Ours, it: Software, _: Theirs) -> Iterator[Fault]:
    """Each invoice is paid, or something that was said tells where it waits."""
    for invoice in _of_it(ours, it):
        mandats = [one for one in ours.mandats if invoice.id in one.invoice_ids and one.state not in GONE]
        if any(one.state is MandatState.PAID for one in mandats):
            continue
        words = [invoice.id, *(word for one in mandats for word in (one.id, one.bordereau) if word)]
        words += [
            sheet.flux for sheet in ours.bordereaux for one in mandats if one.bordereau == sheet.id and sheet.flux
        ]
        words += [one.id for one in ours.imports if one.state is EditorFlowState.OPEN]
        silent = any(ours.breakdown(flux) for flux in ours.flows if flux.id in words)
        if not ours.alerted(*words) and not silent and not it.refused and not it.left:
            yield Fault(HIDDEN, f"facture {invoice.id} ({invoice.number}) {invoice.state}, sans alerte")


def _of_it(ours: Ours, it: Software) -> Iterator[Invoice]:
    paid = (InvoiceState.SERVICE_FAIT, InvoiceState.TO_PAY)
    return (one for one in ours.invoices if one.siret == it.setup.siret and one.state in paid)


Rule = Callable[[Ours, Theirs], Iterator[Fault]]
Its = Callable[[Ours, Software, Theirs], Iterator[Fault]]


def _where_there_is_one(rule: Its) -> Rule:
    def judge(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
        if theirs.software:
            yield from rule(ours, theirs.software, theirs)

    return judge


RULES: Final[tuple[Rule, ...]] = tuple(
    _where_there_is_one(rule) for rule in (_exports, _bytes, _numbers, _orders, _handed, _given_back, _ends)
)
