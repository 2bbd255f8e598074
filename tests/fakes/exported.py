"""An editor's flow in the ledger of a hall, as completing an import leaves it: to sign, to send, to follow."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState, Sheet
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id, total
from dematfin.domain.mandat.flux import FlowPlan, Flux
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, Origin, Share
from dematfin.domain.mandat.mandat import MandatState as State
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.tiers import Tiers
from dematfin.ports.ledger import Books
from examples import COMMUNE, POLICY, mandat, tiers
from fakes.hall import Hall

CODES: Final = re.compile(rb'<TypPce V="\d\d"/>(\s*)<NatPce V="\d\d"/>')
STAFF: Final = tiers(id="PAIE", name="PERSONNEL COMMUNAL", identifier="", siren="")
USUAL: Final = {
    MandatKind.ORDINARY: ("01", "01"),
    MandatKind.MARCHE: ("09", "01"),
    MandatKind.OTHER: ("01", "11"),
    MandatKind.REDUCTION: ("02", "06"),
    MandatKind.PAYMENT_ORDER: ("11", "01"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """One mandat of an export: what it pays, an invoice of ours or none; `own`: a document that the export carries."""

    number: int
    amount: str = "120.00"
    invoice: str = ""
    kind: MandatKind = MandatKind.ORDINARY
    codes: tuple[str, ...] = ()
    tiers: Tiers | None = None
    year: int = 2026
    own: str = ""


def payroll(number: int = 900, amount: str = "45210.33") -> Paying:
    """Return a mandat of payroll, that pays no invoice."""
    return Paying(number=number, amount=amount, kind=MandatKind.OTHER, tiers=STAFF)


def exported(hall: Hall, *sheets: Sequence[Paying], numbers: Sequence[int] = (42, 42), nomfic: str = "PAYE042") -> Flux:
    """Bring in one export, a bordereau for each list of mandats; return its flow."""
    with hall.ledger.transaction() as books:
        listed = tuple(_sheet(books, mandats, number, nomfic) for mandats, number in zip(sheets, numbers, strict=False))
        own = {one.number: one.own for mandats in sheets for one in mandats if one.own}
        data = _written(hall, listed, nomfic, own)
        document = hall.documents.put(data)
        import_id = f"E2026-{books.next_number('import-2026'):06d}"
        flux = Flux(
            id=nomfic,
            siret=COMMUNE,
            bordereaux=tuple(one.id for one, _ in listed),
            pieces=(),
            unsigned=document,
            editor_flow=import_id,
        )
        books.save(flux, *(one for one, _ in listed), *(made for _, mandats in listed for made in mandats))
        books.save(*_to_pay(hall, books, [made for _, mandats in listed for made in mandats]))
        books.save(_import(hall, import_id, flux, [one for one, _ in listed]))
        books.record(hall.app.event(Subject.FLUX, flux.id, "", flux.state, f"import {import_id} complété, à signer"))
        books.record(
            *(
                hall.app.event(Subject.MANDAT, made.id, "", made.state, f"mandat n° {made.number}, import {import_id}")
                for _, mandats in listed
                for made in mandats
            )
        )
    return flux


def _sheet(books: Books, mandats: Sequence[Paying], number: int, nomfic: str) -> tuple[Bordereau, tuple[Mandat, ...]]:
    kind, year = mandats[0].kind.bordereau, mandats[0].year
    key = bordereau_id("COMMUNE", year, number, kind)
    before = {one.number: one for one in books.find(Mandat, bordereau=key)}
    made = tuple(_mandat(books, one, key, before.get(one.number)) for one in mandats)
    known = next(iter(books.find(Bordereau, id=key)), None)
    sheet = Bordereau(
        id=key,
        siret=COMMUNE,
        exercice=year,
        number=number,
        kind=kind,
        emitted_on=date(2026, 3, 2),
        mandats=tuple(one.id for one in made),
        total=total(made),
        cumul=total(made),
        flux=nomfic,
        sent_before=(*known.sent_before, known.flux) if known else (),
        prepared_by="service",
        editor=True,
    )
    return sheet, made


def _mandat(books: Books, asked: Paying, sheet: str, before: Mandat | None) -> Mandat:
    amount = Decimal(asked.amount)
    usual = mandat(
        id=before.id if before else f"M{asked.year}-{books.next_number(f'liquidation-{asked.year}'):06d}",
        exercice=asked.year,
        state=State.IN_BORDEREAU,
        number=asked.number,
        bordereau=sheet,
        kind=asked.kind,
        codes=asked.codes or USUAL[asked.kind],
        editor=True,
        label="Salaires de mars" if asked.kind is MandatKind.OTHER else "Facture",
        reference="",
        shares=(Share(invoice_id=asked.invoice, amount=amount),) if asked.invoice else (),
        amount=amount,
        origin=Origin(mandat="", exercice=asked.year, number=7) if asked.kind is MandatKind.REDUCTION else None,
    )
    return replace(
        usual,
        tiers=asked.tiers or usual.tiers,
        dgp=usual.dgp if asked.invoice else None,
        lines=(replace(usual.lines[0], amount=amount, origin_line=int(asked.kind is MandatKind.REDUCTION)),),
    )


def _to_pay(hall: Hall, books: Books, mandats: Iterable[Mandat]) -> Iterator[Invoice]:
    for made in mandats:
        for invoice in books.find(Invoice, id=made.invoice_ids, state=InvoiceState.SERVICE_FAIT):
            told = f"mandatée par le logiciel financier : mandat {made.id}"
            books.record(hall.app.event(Subject.INVOICE, invoice.id, invoice.state, InvoiceState.TO_PAY, told))
            yield invoice.moved(InvoiceState.TO_PAY)


def _import(hall: Hall, key: str, flux: Flux, sheets: Iterable[Bordereau]) -> EditorFlow:
    return EditorFlow(
        id=key,
        siret=COMMUNE,
        state=EditorFlowState.COMPLETED,
        name="export.xml",
        document=flux.unsigned,
        nomfic=flux.id,
        sender="EDITEUR FINANCES",
        sheets=tuple(
            Sheet(kind=one.kind, exercice=one.exercice, number=one.number, mandats=len(one.mandats), total=one.total)
            for one in sheets
        ),
        imported_at=hall.clock.now(),
        imported_by="agent",
        flux=flux.id,
    )


def _written(
    hall: Hall, sheets: Sequence[tuple[Bordereau, tuple[Mandat, ...]]], nomfic: str, own: Mapping[int, str]
) -> bytes:
    """Write the bytes of an export: by our writer, then with the codes that it does not know."""
    plain = tuple((sheet, tuple(_writable(one, own) for one in mandats)) for sheet, mandats in sheets)
    pieces = tuple(_document(hall, number, name) for number, name in own.items())
    plan = FlowPlan(
        nomfic=nomfic,
        budget=POLICY.budget(COMMUNE),
        built_on=date(2026, 3, 2),
        sheets=plain,
        references=pieces,
        carried=frozenset(one.id for one in pieces),
    )
    codes = iter([made.codes for _, mandats in sheets for made in mandats])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "export.xml"
        hall.app.writer.build(plan, target)
        return CODES.sub(lambda found: _codes(next(codes), found[1]), target.read_bytes())


def _writable(made: Mandat, own: Mapping[int, str]) -> Mandat:
    kind = made.kind if made.kind is MandatKind.REDUCTION else MandatKind.ORDINARY
    pieces = (f"EDITEUR{made.number}",) if made.number in own else ()
    return replace(made, kind=kind, tiers=tiers(), reference=f"F-{made.number}", pieces=pieces)


def _document(hall: Hall, number: int, name: str) -> Piece:
    document = hall.documents.put(f"%PDF-1.4\n% {name}\n%%EOF\n".encode())
    kind = "application/pdf"
    return Piece(id=f"EDITEUR{number}", invoice_id="", name=name, media_type=kind, description=name, document=document)


def _codes(codes: tuple[str, ...], between: bytes) -> bytes:
    return f'<TypPce V="{codes[0]}"/>'.encode() + between + f'<NatPce V="{codes[1]}"/>'.encode()
