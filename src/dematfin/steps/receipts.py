"""Receipts of deliveries, kept in the folder itself: a ledger restored from an older copy learns from them."""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.exchange.hand_over import HandOver, HandOverKind, HandOverState, delivered_names
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally

LEARNT: Final = "remise retrouvée dans le dossier d'échange"
FOLDERS: Final = (HandOverKind.INVOICE, HandOverKind.JOURNAL, HandOverKind.RETOUR)
"""A kind for each folder: acquits lie with retours."""
SHOWN: Final = 20
"""Keys that one note names."""
NUMBER: Final = re.compile(r"F(\d{4})-(\d{6,})")
LOST: Final = "{key} (livraison {delivery})"
"""What a receipt is kept under, whose invoice is not here any more while another one bears its id."""
AGAIN: Final = "à redire : "
"""Before what a journal said: a restored ledger may give another flow the same name."""


def receipt(records: Sequence[HandOver]) -> bytes:
    """Write what a delivery hands over; the same delivery always gives the same bytes."""
    told = [_told(one) for one in sorted(records, key=lambda one: one.id)]
    return json.dumps({"livraison": records[0].delivery, "remises": told}, ensure_ascii=False, indent=1).encode()


def last_delivery(app: App) -> str:
    """Return the number of the last delivery that the ledger knows."""
    with app.ledger.reading() as books:
        last = books.last(HandOver, 1, by="delivery")
    return last[0].delivery if last else "0"


def recall(app: App, exchange: Exchange, tally: Tally) -> None:
    """Write down what the folders were given and the ledger does not know: it was restored from an older copy."""
    last = last_delivery(app)
    for kind in FOLDERS:
        if exchange.receives(kind):
            with tally.item(f"Reçus des remises ({kind})"):
                for data in exchange.receipts(kind, last):
                    _adopt(app, exchange, data, tally)


def _adopt(app: App, exchange: Exchange, data: bytes, tally: Tally) -> None:
    records = _read(data)
    with app.ledger.reading() as books:
        if books.find(HandOver, delivery=records[0].delivery):
            return
    exchange.put(records[0].kind, records[0].delivery, delivered_names(records), data)
    now = app.clock.now()
    with app.ledger.transaction() as books:
        records = tuple(_of_its_invoice(books, one) for one in records)
        known = {one.id for one in books.find(HandOver, id=tuple(one.id for one in records))}
        for one in records:
            if one.id not in known:
                said = AGAIN * (one.kind is HandOverKind.JOURNAL) + one.said
                books.save(replace(one, said=said, state=HandOverState.DONE, done_at=now))
                books.record(app.event(Subject.HAND_OVER, one.id, "", HandOverState.DONE, LEARNT))
    keys = [one.key for one in records]
    more = ", …" if len(keys) > SHOWN else ""
    tally.note(
        f"Remise {records[0].delivery} ({records[0].names[-1]}) : elle est dans le dossier d'échange et la base ne la "
        "connaissait pas, sans doute parce qu'elle a été restaurée d'une copie plus ancienne. Elle est notée comme "
        f"remise : {', '.join(keys[:SHOWN])}{more}. Voyez dans le logiciel financier que rien n'y est deux fois."
    )


def _of_its_invoice(books: Books, one: HandOver) -> HandOver:
    """Return a receipt under the invoice whose very document was given: a restored base may give its id to another."""
    here = books.find(Invoice, id=one.key) if one.kind is HandOverKind.INVOICE else ()
    given = {ref.sha256 for ref in one.documents}
    if one.kind is not HandOverKind.INVOICE or any(not there.main_file or there.main_file in given for there in here):
        return one
    if same := books.find(Invoice, main_file=tuple(given)):
        return _under(one, same[0].id)
    return _under(one, LOST.format(key=one.key, delivery=one.delivery)) if here else one


def _under(one: HandOver, key: str) -> HandOver:
    return replace(one, id=one.id.replace(one.key, key), key=key)


def pass_numbers(app: App, receipts: Iterable[bytes]) -> None:
    """Pass the numbers of the invoices that receipts name: a restored base gives them to no other; spoilt ones tell
    nothing."""
    numbers: dict[str, int] = {}
    for data in receipts:
        with suppress(DocumentError):
            for found in filter(None, (NUMBER.fullmatch(one.key) for one in _read(data))):
                numbers[found[1]] = max(numbers.get(found[1], 0), int(found[2]))
    with app.ledger.transaction() as books:
        for year, last in numbers.items():
            books.pass_number(f"facture-{year}", last)


def _told(one: HandOver) -> dict[str, Any]:
    return {
        "id": one.id,
        "nature": one.kind.value,
        "objet": one.key,
        "empreinte": one.said,
        "fichiers": [[name, ref.sha256, ref.size] for name, ref in zip(one.names, one.documents, strict=True)],
        "prepare_le": one.staged_at.isoformat(),
    }


def _read(data: bytes) -> tuple[HandOver, ...]:
    try:
        told = json.loads(data)
        delivery = f"{int(told['livraison']):06d}"
        records = tuple(_record(delivery, one) for one in told["remises"])
        if records and all(one.names for one in records):
            return records
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        why: Exception | None = error
    else:
        why = None
    message = "Un reçu du dossier d'échange (.dematfin) est illisible : il n'est pas repris."
    raise DocumentError(message) from why


def _record(delivery: str, told: dict[str, Any]) -> HandOver:
    return HandOver(
        id=str(told["id"]),
        kind=HandOverKind(told["nature"]),
        key=str(told["objet"]),
        said=str(told["empreinte"]),
        delivery=delivery,
        names=tuple(str(name) for name, _, _ in told["fichiers"]),
        documents=tuple(DocumentRef(sha256=str(sha), size=int(size)) for _, sha, size in told["fichiers"]),
        staged_at=_instant(told["prepare_le"]),
    )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant
