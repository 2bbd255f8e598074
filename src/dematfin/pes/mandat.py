"""One mandat as a `Piece` of a PES_Aller."""

from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.domain.parties.tiers import Tiers
from dematfin.pes.text import fit, letters_and_digits
from dematfin.pes.values import add, amount, node

ORDINARY: Final = "01"
INVESTMENT: Final = "02"
TRANSFER: Final = "03"
ELECTRONIC: Final = "01"
SUBJECT_TO_DGP: Final = "0"
"""The annotation is counter-intuitive: 0 means that the expense is followed."""
INVOICE_LENGTH: Final = 20


def mandat_element(mandat: Mandat, names: Mapping[str, str]) -> Any:
    """Return the Piece of a mandat; `names` gives the file name of each document by IdUnique."""
    piece = etree.Element("Piece")
    block = node(piece, "BlocPiece")
    _information(node(block, "InfoPce"), mandat, names)
    add(
        node(block, "DGP"),
        Dgp=SUBJECT_TO_DGP,
        DteDebDgp=mandat.dgp.start.isoformat(),
        DteFinDgp=mandat.dgp.deadline.isoformat(),
        DureeDgp=str(mandat.dgp.days),
    )
    for line in mandat.lines:
        _line(node(piece, "LigneDePiece"), mandat, line)
    return piece


def _information(info: Any, mandat: Mandat, names: Mapping[str, str]) -> None:
    add(
        info,
        IdPce=str(mandat.number),
        TypPce=ORDINARY,
        NatPce=INVESTMENT if mandat.investment else ORDINARY,
        Obj=fit(mandat.label, 100),
    )
    for piece_id in mandat.pieces:
        add(node(info, "PJRef"), Support=ELECTRONIC, IdUnique=piece_id, NomPJ=names.get(piece_id, ""))


def _line(element: Any, mandat: Mandat, line: Line) -> None:
    block = node(element, "BlocLignePiece")
    add(
        node(block, "InfoLignePce"),
        IdLigne=str(line.number),
        Nature=line.imputation.nature,
        Fonction=line.imputation.fonction,
        Operation=line.imputation.operation,
        Facture=invoice_number(mandat.reference),
        LibVir1=fit(f"Facture {mandat.reference}", 70),
        LibVir2=fit(mandat.label, 70),
        ModRegl=TRANSFER,
        TVAIntraCom="0",
        MtHT=amount(line.amount),
        MtFactHT=amount(line.invoice_ht),
    )
    if mandat.marche:
        add(node(block, "LiensIdent"), IdMarche=fit(mandat.marche, 30))
    _creditor(node(element, "Tiers"), mandat.tiers)


def invoice_number(number: str) -> str:
    """Return a number that fits the twenty characters of `Facture`: its end, where numbers differ.

    The whole number is in LibVir1 and in the name of the document.
    """
    fitted = fit(number, 100)
    return fitted if len(fitted) <= INVOICE_LENGTH else fit(fitted[-INVOICE_LENGTH:], INVOICE_LENGTH)


def _creditor(element: Any, tiers: Tiers) -> None:
    identifier = letters_and_digits(tiers.identifier, 80)
    add(
        node(element, "InfoTiers"),
        IdTiers=identifier,
        NatIdTiers=tiers.identifier_kind if identifier else "",
        RefTiers=fit(tiers.id, 30),
        CatTiers=tiers.category,
        NatJur=tiers.legal_nature,
        Nom=fit(tiers.name, 38),
    )
    address = tiers.address
    add(
        node(element, "Adresse"),
        TypAdr="1",
        Adr1=fit(address.line1, 38) if address.line1 else "",
        Adr2=fit(address.line2, 38),
        Adr3=fit(address.line3, 38) if address.line3 else "",
        CP=address.postcode,
        Ville=fit(address.town, 38),
        CodRes="0",
    )
    add(
        node(element, "CpteBancaire"),
        BIC=tiers.account.bic,
        IBAN=tiers.account.iban,
        TitCpte=fit(tiers.account.holder, 32),
    )
