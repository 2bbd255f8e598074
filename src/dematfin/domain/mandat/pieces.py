"""Pieces jointes (PJ): supporting documents of a mandat, each known to Hélios by one identifier for ever."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef

MEGABYTE: Final = 1_000_000
BESIDE_THE_EDITOR: Final = "DEMATFIN"
"""Domain of our identifiers where a finance software allots its own."""


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
    ETAT_REGIE = "ETAT_REGIE"  # bordereau of what a régisseur has paid
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
        kept_for: what an agent attached it to (`facture:…`, `mandat:…`, `marche:…`, `tiers:…`, `import:…`): it goes
            with every mandat of that thing. Empty: it came with its invoice.
        carried_in: NomFic of the flows that carry it by value, oldest first.
        sealed: SHA-256 of what left under this identifier; empty as long as nothing has.
        accepted_in: NomFic of the flow in which Hélios accepted it; empty until then.
        refused_in, refusal: NomFic of the flows in which Hélios refused it, and why the last time; empty when it never
            did, or has accepted it since.
        replaced_by: IdUnique of what goes in its place: Hélios had something else under this one, or refused it.
    """

    id: str
    invoice_id: str
    name: str
    media_type: str
    description: str
    document: DocumentRef
    kind: PieceKind = PieceKind.FACTURE
    carried_in: tuple[str, ...] = ()
    sealed: str = ""
    accepted_in: str = ""
    kept_for: str = ""
    refused_in: tuple[str, ...] = ()
    refusal: str = ""
    replaced_by: str = ""

    @property
    def label(self) -> str:
        """How a sentence names it; one that was given for a marché or a creditor is of no invoice."""
        return f"{self.name} de la facture {self.invoice_id}" if self.invoice_id else f"{self.name} ({self.id})"

    def carried(self, nomfic: str) -> "Piece":
        """Return it once a flow carries it: from then on its identifier stands for these bytes, for ever."""
        return replace(self, carried_in=(*self.carried_in, nomfic), sealed=self.document.sha256)

    def accepted(self, nomfic: str) -> "Piece":
        """Return it once Hélios has it."""
        return replace(self, accepted_in=nomfic, refused_in=(), refusal="")

    def refused(self, nomfic: str, reason: str) -> "Piece":
        """Return it once Hélios has refused it: it has to be sent again."""
        return replace(self, refused_in=(*self.refused_in, nomfic), refusal=reason)


def unique_id(siret: str, exercice: int, number: int, domain: str = "DEPENSE") -> str:
    """Return an IdUnique: SIRET, year, domain and counter, in letters and digits only.

    >>> unique_id("21990042000015", 2026, 17)
    '219900420000152026DEPENSE00000017'
    """
    return f"{siret}{exercice}{domain}{number:08d}"


def unfit(pieces: Iterable[Piece], limit: int) -> Iterator[str]:
    """Say, by name, which documents cannot be sent, and what to do."""
    for piece in pieces:
        what = f"Pièce {piece.label}"
        size = piece.document.size
        if not size:
            yield f"{what} : le fichier est vide, Hélios le refuserait. Demandez-le de nouveau au fournisseur."
        elif size > limit:
            yield (
                f"{what} : {size / MEGABYTE:.1f} Mo, plus que les {limit / MEGABYTE:.0f} Mo admis (taille_piece de la "
                "section [pes]). Allégez-la ou découpez-la."
            )
        elif piece.sealed and piece.sealed != piece.document.sha256:
            yield f"{what} : son identifiant {piece.id} a déjà servi à un autre fichier, il ne peut pas repartir avec."


def to_carry(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Keep the documents that a flow must carry by value; those already accepted are only referred to."""
    return tuple(piece for piece in pieces if not piece.accepted_in)


def on_their_way(pieces: Iterable[Piece], flows: Collection[str]) -> tuple[Piece, ...]:
    """Keep the documents not accepted yet that one of these flows brings, and in which they were not refused."""
    return tuple(
        piece
        for piece in pieces
        if not piece.accepted_in and any(one in flows and one not in piece.refused_in for one in piece.carried_in)
    )
