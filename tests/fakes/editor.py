"""A finance software: it numbers and values mandats by itself, exports their flow, and knows nothing of us."""

import hashlib
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dematfin.acts import sign
from dematfin.domain.delay.dgp import delay
from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.editor_flow import EditorFlow, Sheet
from dematfin.domain.editor.pairing import Pairing, PairingState, pairing_id
from dematfin.domain.editor.reading import claims_of
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id
from dematfin.domain.mandat.flux import FlowPlan
from dematfin.domain.mandat.kind import BordereauKind, MandatKind
from dematfin.domain.mandat.mandat import Line, Mandat, Origin
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.money import ZERO
from dematfin.domain.registers import Imputation
from dematfin.pes.aller import read_aller
from dematfin.pes.build import Writer
from dematfin.pes.validate import Schemas
from dematfin.ports.app import App
from examples import BUDGETS, COMMUNE, MAIRE, mandat
from fakes.hall import Hall
from fakes.signature import WORD

NOMFIC: Final = "PESALR2_21990042000015_260302_000001"


@dataclass(frozen=True)
class Order:
    """A mandat as an agent typed it there: its number, its amount in euros, what it is."""

    number: int
    amount: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    piece: bytes = b""


Sheets = Mapping[int | tuple[BordereauKind, int], Sequence[Order]]
"""Each bordereau, ordinary unless its kind is told, with its mandats."""


def export(sheets: Sheets, nomfic: str = NOMFIC, *, signed: bool = False) -> bytes:
    """Write a flow as the finance software does: no invoice attached, unless it attaches one."""
    pieces = {order.number: _piece(order) for orders in sheets.values() for order in orders if order.piece}
    blobs = {order.piece for orders in sheets.values() for order in orders}
    plan = FlowPlan(
        nomfic=nomfic,
        budget=BUDGETS[0],
        built_on=date(2026, 3, 2),
        sheets=tuple(_sheet(key, orders, pieces) for key, orders in sheets.items()),
        references=tuple(pieces.values()),
        carried=frozenset(one.id for one in pieces.values()),
    )
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "flux.xml"
        stored = {DocumentRef(sha256=_digest(one), size=len(one)): one for one in blobs}
        Writer(lambda ref: io.BytesIO(stored[ref]), Schemas(), "1.0").build(plan, target)
        return target.read_bytes() + (WORD if signed else b"")


def bring_in(hall: Hall | App, data: bytes, invoices: Mapping[int, str], **changes: Any) -> EditorFlow:
    """Import a flow, its mandats matched by hand: number of the mandat to id of the invoice; the others pay none."""
    read = _read(data)
    document = hall.documents.put(data)
    with hall.ledger.transaction() as books:
        usual = EditorFlow(
            id=f"E2026-{books.next_number('import-2026'):06d}",
            siret=COMMUNE,
            name="export.xml",
            document=document,
            nomfic=read.nomfic,
            sheets=tuple(
                Sheet(
                    kind=BordereauKind(one.kind),
                    exercice=one.exercice,
                    number=one.number,
                    mandats=len(one.mandats),
                    total=one.announced,
                )
                for one in read.bordereaux
            ),
            imported_at=hall.clock.now(),
            imported_by="agent",
        )
        flow = replace(usual, **changes)
        books.save(flow, *(_pairing(flow, claim, invoices) for claim in claims_of(read)))
    return flow


def sign_all(hall: Hall) -> int:
    """Have the mayor sign each flow, once for all its bordereaux; return how many flows."""
    flows: dict[str, Decimal] = {}
    for sheet in sign.to_sign(hall.app, MAIRE):
        flows[sheet.flux.id] = flows.get(sheet.flux.id, ZERO) + sheet.bordereau.total
    for key, total in flows.items():
        sign.sign(hall.app, MAIRE, key, total)
    return len(flows)


def _pairing(flow: EditorFlow, claim: Any, invoices: Mapping[int, str]) -> Pairing:
    invoice = invoices.get(claim.mandat, "")
    state = PairingState.CHOSEN if invoice else PairingState.EXEMPT
    return Pairing(
        id=pairing_id(flow.id, claim), editor_flow=flow.id, claim=claim, state=state, invoice_id=invoice, decided_by="x"
    )


def _read(data: bytes) -> ReadFlow:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "flux.xml"
        path.write_bytes(data)
        return read_aller(path)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _piece(order: Order) -> Piece:
    return Piece(
        id=f"EDITEUR{order.number}",
        invoice_id="",
        name=f"piece{order.number}.pdf",
        media_type="application/pdf",
        description="Pièce du logiciel financier",
        document=DocumentRef(sha256=_digest(order.piece), size=len(order.piece)),
    )


def _sheet(
    key: int | tuple[BordereauKind, int], orders: Sequence[Order], pieces: Mapping[int, Piece]
) -> tuple[Bordereau, tuple[Mandat, ...]]:
    kind, number = key if isinstance(key, tuple) else (BordereauKind.ORDINARY, key)
    mandats = tuple(_mandat(kind, one, pieces) for one in orders)
    total = sum((one.amount for one in mandats), ZERO)
    sheet = Bordereau(
        id=bordereau_id("COMMUNE", 2026, number, kind),
        siret=COMMUNE,
        exercice=2026,
        number=number,
        kind=kind,
        emitted_on=date(2026, 3, 2),
        mandats=(),
        total=total,
        cumul=total,
        prepared_by="logiciel",
    )
    return sheet, mandats


def _mandat(kind: BordereauKind, order: Order, pieces: Mapping[int, Piece]) -> Mandat:
    amount = Decimal(order.amount)
    back = kind is BordereauKind.REDUCTION
    return mandat(
        id=f"X{order.number}",
        number=order.number,
        label=f"Commande {order.number}",
        reference=f"F-{order.number}",
        dgp=delay(date(2026, 3, 2), None),
        amount=amount,
        lines=(
            Line(
                number=1,
                imputation=Imputation(nature="60632", fonction="211"),
                amount=amount,
                origin_line=1 if back else 0,
            ),
        ),
        shares=(),
        pieces=(pieces[order.number].id,) if order.number in pieces else (),
        kind=MandatKind.REDUCTION if back else MandatKind.ORDINARY,
        origin=Origin(mandat="", exercice=2026, number=int(order.changes.get("origin", 0))) if back else None,
        **{key: value for key, value in order.changes.items() if key != "origin"},
    )
