"""Pieces jointes (PJ): supporting documents of a mandat, each known to Hélios by one identifier for ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef

ID_LENGTH: Final = 50


class PieceKind(StrEnum):
    """What a document proves, in the words of annexe I of the CGCT (art. D. 1617-19)."""

    FACTURE = "FACTURE"
    AVOIR = "AVOIR"
    ANNEXE = "ANNEXE"  # delivery note, attachement, fiche de visa...
    CONTRAT = "CONTRAT"
    NOTIFICATION = "NOTIFICATION"
    DECOMPTE = "DECOMPTE"
    RECEPTION = "RECEPTION"
    SOUS_TRAITANCE = "SOUS_TRAITANCE"  # acte spécial, DC4
    CESSION = "CESSION"  # cession ou subrogation: the factor's right
    RIB = "RIB"
    GARANTIE = "GARANTIE"
    ETAT_LIQUIDATIF = "ETAT_LIQUIDATIF"
    DELIBERATION = "DELIBERATION"
    CONVENTION = "CONVENTION"
    CERTIFICAT = "CERTIFICAT"  # certificat administratif of the ordonnateur


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One supporting document.

    Attributes:
        id: IdUnique, letters and digits, never reused for another file: Hélios refuses an identifier that it has
            already integrated (annotation of Class_PJ.xsd).
        kind: what it proves, by the list of pièces justificatives.
        kept_for: what an agent attached it to (`facture:…`, `mandat:…`, `marche:…`, `tiers:…`): it goes with every
            mandat of that thing. Empty: it came with its invoice.
        accepted_in: NomFic of the flow in which Hélios accepted it; empty until then.
    """

    id: str
    invoice_id: str
    name: str
    media_type: str
    description: str
    document: DocumentRef
    kind: PieceKind = PieceKind.FACTURE
    accepted_in: str = ""
    kept_for: str = ""


def unique_id(siret: str, exercice: int, number: int) -> str:
    """Return an IdUnique: SIRET, year, domain and counter, in letters and digits only.

    >>> unique_id("21990042000015", 2026, 17)
    '219900420000152026DEPENSE00000017'
    """
    return f"{siret}{exercice}DEPENSE{number:08d}"


def to_carry(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Keep the documents that a flow must carry by value; those already accepted are only referred to."""
    return tuple(piece for piece in pieces if not piece.accepted_in)
