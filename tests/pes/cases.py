"""Cases of the trade, as plans for our writer: each has its golden flow in fixtures/pes.

`make golden` rewrites them, on purpose: read the difference before keeping it.
"""

import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain.delay.dgp import delay
from dematfin.domain.mandat.flux import FlowPlan, MandatReference, nomfic_of_pieces
from dematfin.domain.mandat.kind import BordereauKind, MandatKind, PaymentMode
from dematfin.domain.mandat.mandat import Line, Mandat, Origin, Share
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.domain.registers import Imputation
from examples import BUDGETS, COMMUNE, tiers
from pes.plans import PDF, documents_of_small_plan, mandat, piece, plan, small_plan, stored, write

GOLDEN: Final = Path(__file__).parent.parent.parent / "fixtures" / "pes"
WATER: Final = replace(BUDGETS[1], code="EAU", label="RÉGIE DES EAUX", nomenclature="M49", recovers_tva=True)
BLOBS: Final = {**documents_of_small_plan(), **stored(PDF + b"avoir", PDF + b"marche", PDF + b"cession")}
FACTOR: Final = tiers(
    id="AFFACTURAGE",
    name="LE FACTEUR DU LAC",
    account=BankAccount(iban="FR7619999000170009876543276", bic="TESTFRPP", holder="LE FACTEUR DU LAC"),
)
ABROAD: Final = Tiers(
    id="CH-77",
    name="Zürcher Verlag AG",
    identifier="",
    siren="",
    address=Address(line2="Bahnhofstraße 1", postcode="8001", town="Zürich", country="140"),
    account=BankAccount(iban="CH9300762011623852957", bic="TESTCHZZ", holder="Zürcher Verlag AG"),
)
ARTIST: Final = Tiers(
    id="DUPONT",
    name="Œuvrard-Dvořák",
    identifier="",
    siren="",
    category="01",
    legal_nature="01",
    civility="Mme",
    first_name="Zoë",
    address=Address(line2="3 impasse de l’Été – bâtiment Ç", postcode="99000", town="SAINT-ÉTIENNE-LÈS-PRÉS"),
    account=BankAccount(iban="FR7619999000170009876543276", bic="TESTFRPP", holder="Mme Zoë Œuvrard-Dvořák"),
)


def named(number: int, end: bytes, kind: PieceKind, name: str) -> Piece:
    return replace(piece(number, PDF + end, name), kind=kind, description=kind.value.capitalize())


def alone(number: int, ttc: str = "120.00", **changes: object) -> FlowPlan:
    """Return one mandat with its invoice."""
    one = piece(1)
    return plan(mandat(number, ttc, pieces=(one.id,), **changes), pieces=(one,))


def line(number: int, amount: str, nature: str, **changes: object) -> Line:
    known = {"imputation": Imputation(nature=nature, fonction="211"), **changes}
    return Line(number=number, amount=Decimal(amount), **known)  # type: ignore[arg-type]  # a test's shorthand


def many_lines() -> FlowPlan:
    asset = Imputation(nature="2183", fonction="020", operation="101", investment=True)
    lines = (
        line(1, "100.00", "60632"),
        line(2, "20.00", "6068", invoice_ht=Decimal("16.67")),
        line(3, "880.00", "2183", imputation=asset, inventaire="2026-MAT-017"),
    )
    return alone(1201, "1000.00", lines=lines)


def taken_back(amount: str, label: str) -> Mandat:
    return mandat(
        12,
        amount,
        pieces=(piece(1).id,),
        kind=MandatKind.REDUCTION,
        origin=Origin(mandat="M2026-001187", exercice=2026, number=1187),
        lines=(line(1, amount, "60632", origin_line=1),),
        label=label,
    )


def credit_note() -> FlowPlan:
    pieces = (piece(1), named(2, b"avoir", PieceKind.AVOIR, "facture.pdf"))
    shares = (
        Share(invoice_id="F2026-000001", amount=Decimal("120.00")),
        Share(invoice_id="F2026-000002", amount=Decimal("-20.00")),
    )
    one = mandat(1202, "100.00", pieces=(pieces[0].id, pieces[1].id), shares=shares)
    return plan(replace(one, label=f"{one.label}, moins avoir A-7"), pieces=pieces)


def marche() -> FlowPlan:
    pieces = (piece(1), named(2, b"marche", PieceKind.CONTRAT, "Acte d’engagement n° 3.pdf"))
    investing = Imputation(nature="21351", fonction="213", investment=True)
    one = mandat(
        1203,
        "45000.00",
        pieces=tuple(key.id for key in pieces),
        kind=MandatKind.MARCHE,
        marche="2025-17",
        lines=(line(1, "45000.00", "21351", imputation=investing),),
    )
    return plan(one, pieces=pieces)


def subcontractor() -> FlowPlan:
    """Paid directly: a mandat to the holder, another one to the subcontractor, on the same marché."""
    pieces = (piece(1), named(2, b"marche", PieceKind.SOUS_TRAITANCE, "dc4.pdf"))
    keys = tuple(key.id for key in pieces)
    common: dict[str, object] = {"kind": MandatKind.MARCHE, "marche": "2025-17"}
    paid = tiers(id="F00777", name="ÉLECTRICITÉ DU COL")
    return plan(
        mandat(1204, "8000.00", pieces=keys, **common),
        mandat(1205, "2000.00", pieces=keys, tiers=paid, **common),
        pieces=pieces,
    )


def factor() -> FlowPlan:
    pieces = (piece(1), named(2, b"cession", PieceKind.CESSION, "cession.pdf"))
    return plan(mandat(1206, pieces=tuple(key.id for key in pieces), tiers=FACTOR), pieces=pieces)


def with_tva() -> FlowPlan:
    lines = (
        line(1, "100.00", "6061", tva=Decimal("20.00")),
        line(2, "50.00", "6063", tva=Decimal("2.75"), invoice_ht=Decimal("55.00")),
    )
    one = piece(1)
    return plan(mandat(31, "172.75", pieces=(one.id,), lines=lines), pieces=(one,), budget=WATER)


def after_payment() -> FlowPlan:
    mode, day = PaymentMode.DIRECT_DEBIT, date(2026, 3, 5)
    return alone(1213, kind=MandatKind.AFTER_PAYMENT, mode=mode, paid_before=day)


def without_invoice() -> FlowPlan:
    """A subsidy, and what a régisseur has paid already."""
    pieces = (
        named(1, b"", PieceKind.DELIBERATION, "délibération.pdf"),
        named(2, b"2", PieceKind.ETAT_REGIE, "bordereau.pdf"),
    )
    common: dict[str, object] = {"reference": "", "dgp": None}
    paid: dict[str, object] = {
        "kind": MandatKind.AFTER_PAYMENT,
        "mode": PaymentMode.CASH,
        "paid_before": date(2026, 3, 2),
        "codes": ("05", "05"),
        "regie": "R042",
    }
    return plan(
        mandat(1214, "1500.00", pieces=(pieces[0].id,), label="Subvention 2026", **common),
        mandat(1215, "84.20", pieces=(pieces[1].id,), label="Régie Ludothèque, mars", **common, **paid),
        pieces=pieces,
    )


def referred() -> FlowPlan:
    first, second = piece(1), piece(2, PDF + b"2")
    one = mandat(1207, pieces=(first.id, second.id))
    return plan(one, pieces=(first, second), carried=frozenset({second.id}))


def long_names() -> FlowPlan:
    pieces = (piece(1, PDF, f"{'une facture au nom interminable ' * 4}.pdf"), piece(2, PDF + b"2"))
    creditor = tiers(name="SYNDICAT INTERCOMMUNAL DES EAUX DE LA HAUTE VALLÉE", complement="Agence sud")
    numbers = ("FACTURE/2026/000000000000000123", "AVANCE/2026/000000000000000123")
    mandats = (
        mandat(number, pieces=(one.id,), tiers=creditor, reference=reference, label=f"Facture {reference} " + "é" * 90)
        for number, one, reference in zip((1208, 1209), pieces, numbers, strict=True)
    )
    return plan(*mandats, pieces=pieces)


def year_end() -> FlowPlan:
    """The exercice is 2025 until 31 January."""
    one = piece(1)
    late = mandat(
        9001,
        pieces=(one.id,),
        id="M2025-009001",
        exercice=2025,
        bordereau="COMMUNE-2025-42",
        dgp=delay(date(2026, 1, 2), date(2025, 12, 20)),
    )
    return plan(late, pieces=(one,), emitted_on=date(2026, 1, 28))


def documents_alone() -> FlowPlan:
    """Refused, or late: their mandats are there already."""
    one = piece(1)
    late = (MandatReference(exercice=2026, kind=BordereauKind.ORDINARY, number=1187),)
    carrying = plan(mandat(1187, pieces=(one.id,)), pieces=(one,))
    name = nomfic_of_pieces(COMMUNE, 2026, 8)
    return replace(carrying, nomfic=name, sheets=(), late={one.id: late})


CASES: Final[dict[str, FlowPlan]] = {
    "simple": small_plan(),
    "lignes-multiples": many_lines(),
    "annulation": plan(taken_back("120.00", "Annulation du mandat 1187"), pieces=(piece(1),)),
    "reduction": plan(taken_back("20.00", "Réduction du mandat 1187"), pieces=(piece(1),)),
    "avoir": credit_note(),
    "marche": marche(),
    "sous-traitant": subcontractor(),
    "affacturage": factor(),
    "ht-et-tva": with_tva(),
    "apres-paiement": after_payment(),
    "sans-facture": without_invoice(),
    "deux-budgets-commune": alone(1210),
    "deux-budgets-ccas": plan(mandat(5, pieces=(piece(1).id,)), pieces=(piece(1),), budget=BUDGETS[1]),
    "pj-par-reference": referred(),
    "pieces-seules": documents_alone(),
    "accents": alone(1211, tiers=ARTIST, label="Atelier « d’été » à l’école – 3 œuvres, 120 €", reference="N°7"),
    "noms-longs": long_names(),
    "etranger-sans-siret": alone(1212, tiers=ABROAD, mode=PaymentMode.ABROAD),
    "fin-d-annee": year_end(),
}


def readable(flow: bytes) -> bytes:
    """Return a flow with a line for each element: nothing else is changed, and Hélios would take it too."""
    return flow.replace(b"><", b">\n<") + b"\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "flux.xml"
        for name, one in CASES.items():
            write(one, BLOBS, target)
            (GOLDEN / f"{name}.xml").write_bytes(readable(target.read_bytes()))


if __name__ == "__main__":
    main()
