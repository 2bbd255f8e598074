"""`[pes]`: how flows are written and judged."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from dematfin.domain.invoice.long_number import LongNumbers
from dematfin.pes.expected import TRIPLETS, Expected
from dematfin.pes.style import Style
from dematfin.support.settings import LocalPath, Section

Triplet = Annotated[str, Field(pattern=r"^[0-9]{2}/[0-9]{2}/[0-9]{2}$")]


class PesSettings(Section):
    """The section.

    Attributes:
        schemas_officiels: where the DGFiP's schemas are kept; None: beside the documents.
        triplets: kinds of mandats that the comptable takes, as TypBord/TypPce/NatPce.
        taille_flux: bytes of documents that one flow may carry.
        taille_piece: bytes of one document.
        numero_long: what is kept of an invoice number of more than twenty characters.
        dematerialise: bordereaux are signed electronically; else on paper, which the comptable keeps.
        code_service, affectation: CodServ and Affect of every mandat, where the comptable waits for them.
    """

    schemas_officiels: LocalPath | None = None
    triplets: tuple[Triplet, ...] = Field(default=tuple(sorted(map("/".join, TRIPLETS))), min_length=1)
    taille_flux: int = Field(default=100_000_000, ge=1_000_000)
    taille_piece: int = Field(default=50_000_000, ge=100_000)
    numero_long: LongNumbers = LongNumbers.END
    dematerialise: bool = True
    code_service: str = Field(default="", max_length=10, pattern=r"^[ -~]*$")
    affectation: str = Field(default="", max_length=10, pattern=r"^[ -~]*$")

    def style(self) -> Style:
        """Return how flows are written."""
        return Style(
            numbers=self.numero_long,
            paperless=self.dematerialise,
            service=self.code_service,
            dispatch=self.affectation,
        )

    def schemas_place(self, documents: Path) -> Path:
        """Return where the official schemas are kept."""
        return self.schemas_officiels or documents.parent / "schemas-pes"

    def expected(self, sirets: frozenset[str]) -> Expected:
        """Return what the rules compare our flows with."""
        triplets = frozenset((one[:2], one[3:5], one[6:]) for one in self.triplets)
        return Expected(sirets=sirets, triplets=triplets)
