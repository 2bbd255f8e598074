"""Bordereaux of an invented commune, as plans for our writer."""

import hashlib
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from hypothesis import strategies as st

from dematfin.domain.delay.dgp import delay
from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.flux import FlowPlan, nomfic
from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.domain.mandat.pieces import Piece, unique_id
from dematfin.domain.money import ZERO
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Imputation
from dematfin.pes.build import Writer
from dematfin.pes.validate import Schemas
from examples import BUDGETS, COMMUNE, tiers

DAY: Final = date(2026, 3, 20)
PDF: Final = b"%PDF-1.4\n% une facture\n%%EOF\n"


def mandat(number: int, ttc: str = "120.00", *, pieces: tuple[str, ...], **changes: object) -> Mandat:
    usual: dict[str, object] = {
        "id": f"M2026-{number:06d}",
        "siret": COMMUNE,
        "exercice": 2026,
        "number": number,
        "bordereau": "COMMUNE-2026-42",
        "tiers": tiers(),
        "label": f"Facture F-{number} PAPETERIE DU LAC",
        "reference": f"F2026-{number}",
        "dgp": delay(date(2026, 3, 2), None),
        "lines": (Line(number=1, imputation=Imputation(nature="60632", fonction="211"), amount=Decimal(ttc)),),
        "shares": (),
        "pieces": pieces,
        "amount": Decimal(ttc),
    }
    return Mandat(**{**usual, **changes})  # type: ignore[arg-type]  # a test's shorthand


def piece(number: int, data: bytes = PDF, name: str = "facture.pdf", media_type: str = "application/pdf") -> Piece:
    return Piece(
        id=unique_id(COMMUNE, 2026, number),
        invoice_id=f"F2026-{number:06d}",
        name=name,
        media_type=media_type,
        description="Facture",
        document=DocumentRef(sha256=hashlib.sha256(data).hexdigest(), size=len(data)),
    )


def plan(
    *mandats: Mandat,
    pieces: tuple[Piece, ...],
    carried: frozenset[str] | None = None,
    budget: Budget = BUDGETS[0],
    emitted_on: date = DAY,
) -> FlowPlan:
    total = sum((one.amount for one in mandats), ZERO)
    exercice, kind = mandats[0].exercice, mandats[0].kind.bordereau
    bordereau = Bordereau(
        id=bordereau_id(budget.code, exercice, 42, kind),
        siret=budget.siret,
        exercice=exercice,
        number=42,
        kind=kind,
        emitted_on=emitted_on,
        mandats=tuple(one.id for one in mandats),
        total=total,
        tva=sum((line.tva or ZERO for one in mandats for line in one.lines), ZERO),
        cumul=total,
        prepared_by="agent",
    )
    return FlowPlan(
        nomfic=nomfic(budget.siret, exercice, 42, 7),
        budget=budget,
        built_on=emitted_on,
        sheets=((bordereau, mandats),),
        references=pieces,
        carried=frozenset(one.id for one in pieces) if carried is None else carried,
    )


def small_plan() -> FlowPlan:
    """Two mandats, three documents."""
    pieces = (piece(1), piece(2, PDF + b"2"), piece(3, b"un bon de livraison", "bon de livraison.txt", "text/plain"))
    return plan(
        mandat(1187, "120.00", pieces=(pieces[0].id,)),
        mandat(1188, "3245.68", pieces=(pieces[1].id, pieces[2].id), marche="2025-17"),
        pieces=pieces,
    )


def documents_of_small_plan() -> dict[str, bytes]:
    return stored(PDF, PDF + b"2", b"un bon de livraison")


def stored(*blobs: bytes) -> dict[str, bytes]:
    return {hashlib.sha256(blob).hexdigest(): blob for blob in blobs}


def write(one: FlowPlan, blobs: Mapping[str, bytes], target: Path, official: Path | None = None) -> Writer:
    """Write a flow and return the writer, to judge it with."""

    def open_document(ref: DocumentRef) -> BinaryIO:
        return io.BytesIO(blobs[ref.sha256])

    writer = Writer(open_document, Schemas(official), "1.2.3")
    writer.build(one, target)
    return writer


CENTS = st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100)
ANY_TEXT = st.text(min_size=1, max_size=300)
WRITABLE = st.text(st.characters(max_codepoint=0x17F), min_size=1, max_size=60).filter(str.strip) | ANY_TEXT
"""Mostly what European suppliers are called, so that most flows are written."""
CREDITORS = st.builds(
    lambda name, line, town, ref: tiers(
        name=name, id=ref, address=type(tiers().address)(line2=line, postcode="99000", town=town)
    ),
    WRITABLE,
    WRITABLE,
    WRITABLE,
    WRITABLE,
)
IMPUTATIONS = st.builds(
    Imputation,
    nature=st.from_regex(r"[1-9][0-9]{1,7}", fullmatch=True),
    fonction=st.text("0123456789", max_size=6),
    investment=st.booleans(),
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[FlowPlan, dict[str, bytes]]:
    """Draw a bordereau with whatever suppliers write, and the bytes of its documents."""
    mandats: list[Mandat] = []
    pieces: list[Piece] = []
    blobs: list[bytes] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        data = draw(st.binary(min_size=1, max_size=200))
        one = piece(number, data, draw(ANY_TEXT))
        amount = draw(CENTS)
        creditor: Tiers = draw(CREDITORS)
        line = Line(number=1, imputation=draw(IMPUTATIONS), amount=amount)
        mandats.append(
            mandat(
                1000 + number,
                str(amount),
                pieces=(one.id,),
                tiers=creditor,
                label=draw(ANY_TEXT),
                reference=draw(WRITABLE),
                marche=draw(st.just("") | WRITABLE),
                lines=(line,),
            )
        )
        pieces.append(one)
        blobs.append(data)
    carried = frozenset(one.id for one in pieces if draw(st.booleans()))
    return plan(*mandats, pieces=tuple(pieces), carried=carried), stored(*blobs)
