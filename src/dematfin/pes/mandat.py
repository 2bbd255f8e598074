"""One mandat as a `Piece` of a PES_Aller."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from dematfin.domain.delay.dgp import Dgp
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.pes.creditor import creditor
from dematfin.pes.invoice_numbers import Key, key_of
from dematfin.pes.pieces_jointes import EXPENSE
from dematfin.pes.style import Style
from dematfin.pes.text import fit
from dematfin.pes.values import add, amount, node
from dematfin.pes.wording import Wording

ELECTRONIC: Final = "01"
MANDAT: Final = "01"
"""NatPceOrig: what a réduction takes back is a mandat."""
FOLLOWED: Final = "0"
"""Dgp: the annotation is counter-intuitive, 0 means that the delay of payment is followed."""
NOT_FOLLOWED: Final = "1"
WITH_FUNCTION: Final = ("M14", "M52", "M57", "M71")
WITH_OPERATION: Final = (*WITH_FUNCTION, "M4", "M61", "M832")
"""Nomenclatures that know a function, an operation; with any other Hélios rejects the bordereau."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a mandat takes from its flow.

    Attributes:
        names: file name of each document, by IdUnique.
        numbers: `Facture` of each invoice.
    """

    budget: Budget
    names: Mapping[str, str]
    numbers: Mapping[Key, str]
    style: Style


def mandat_element(mandat: Mandat, around: Surroundings) -> Any:
    """Return the Piece of a mandat."""
    piece = etree.Element("Piece")
    block = node(piece, "BlocPiece")
    _information(node(block, "InfoPce"), mandat, around)
    if mandat.dgp and mandat.kind is not MandatKind.REDUCTION:
        _delay(node(block, "DGP"), mandat, mandat.dgp)
    for line in mandat.lines:
        _line(node(piece, "LigneDePiece"), mandat, line, around)
    return piece


def _information(info: Any, mandat: Mandat, around: Surroundings) -> None:
    """Say what the mandat is; DteEch, the day that is wished for, is told where the money left already (unverified)."""
    _, kind, nature = mandat.triplet
    add(
        info,
        CodServ=around.style.service,
        Affect=around.style.dispatch,
        IdPce=str(mandat.number),
        TypPce=kind,
        NatPce=nature,
        Obj=fit(mandat.label, 100),
        DteEch=mandat.paid_before.isoformat() if mandat.paid_before else "",
    )
    for piece_id in mandat.pieces:
        add(
            node(info, "PJRef"),
            Support=ELECTRONIC,
            IdUnique=piece_id,
            NomPJ=around.names.get(piece_id, ""),
            TypePJ=EXPENSE,
        )


def _delay(element: Any, mandat: Mandat, dgp: Dgp) -> None:
    """What was paid before its mandat has no delay left to follow (unverified)."""
    paid = mandat.kind is MandatKind.AFTER_PAYMENT
    add(
        element,
        Dgp=NOT_FOLLOWED if paid else FOLLOWED,
        DteDebDgp=dgp.start.isoformat(),
        DteFinDgp=dgp.deadline.isoformat(),
        DureeDgp=str(dgp.days),
    )


def _line(element: Any, mandat: Mandat, line: Line, around: Surroundings) -> None:
    wording = Wording(mandat)
    block = node(element, "BlocLignePiece")
    nomenclature = around.budget.nomenclature.upper()
    add(
        node(block, "InfoLignePce"),
        IdLigne=str(line.number),
        Nature=line.imputation.nature,
        Fonction=line.imputation.fonction if nomenclature.startswith(WITH_FUNCTION) else "",
        Operation=line.imputation.operation if nomenclature.startswith(WITH_OPERATION) else "",
        Facture=around.numbers[key_of(mandat)],
        LibVir1=fit(f"Facture {mandat.reference}" if mandat.reference else mandat.label, 70),
        LibVir2=fit(mandat.label, 70) if mandat.reference else "",
        ModRegl=mandat.mode,
        TVAIntraCom="0",
        MtHT=amount(line.amount),
        MtTVA=amount(line.tva),
        MtFactHT=amount(line.invoice_ht),
    )
    _origin(block, mandat, line)
    if mandat.marche or line.inventaire or mandat.regie:
        add(
            node(block, "LiensIdent"),
            IdMarche=wording.exact("le numéro de son marché", mandat.marche, 30),
            IdActif=wording.exact("son numéro d'inventaire", line.inventaire, 25),
            IdRegie=wording.exact("le numéro de sa régie", mandat.regie, 10),
        )
    creditor(node(element, "Tiers"), wording)


def _origin(block: Any, mandat: Mandat, line: Line) -> None:
    if mandat.origin is None:
        return
    add(
        node(block, "RattachPiece"),
        NatPceOrig=MANDAT,
        ExerRat=str(mandat.origin.exercice),
        IdPceOrig=str(mandat.origin.number),
        IdLigneOrig=str(line.origin_line) if line.origin_line else "",
    )
