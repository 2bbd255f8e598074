"""`[numerisation]`: how paper comes in."""

from typing import Annotated

from pydantic import AfterValidator, Field

from dematfin.domain.paper.rules import Duplex, PaperRules, Route
from dematfin.domain.parties import siret
from dematfin.support.settings import LocalPath, Section


class RouteSettings(Section):
    """`[numerisation.routes.<CLÉ>]`: where the invoices behind a sheet go."""

    siret: Annotated[str, AfterValidator(siret.parse)]
    service: str = ""
    libelle: str = ""


class ScanSettings(Section):
    """The section.

    Attributes:
        depot: watched folder of the copier; `factures`: watched folder of files that hold one invoice each.
        stable: seconds during which a file must not change before it is taken; `stable_max`: those after which one
            that has no end is given up.
        memoire: megabytes that the process which opens a file may take.
    """

    depot: LocalPath | None = None
    factures: LocalPath | None = None
    intervalle: int = Field(default=10, ge=1, le=3600)
    stable: int = Field(default=30, ge=0, le=3600)
    stable_max: int = Field(default=900, ge=0, le=86_400)
    recto_verso: Duplex = Duplex.AUTO
    accepte_patcht: bool = False
    retire_versos_blancs: bool = False
    encre_seuil: int = Field(default=45, ge=10, le=200)
    encre_cases: int = Field(default=2, ge=1, le=100)
    document_long: int = Field(default=30, ge=1)
    pages_max: int = Field(default=2000, ge=1)
    taille_max_mo: int = Field(default=1000, ge=1)
    megapixels_max: int = Field(default=60, ge=1)
    secondes_par_page: int = Field(default=20, ge=1)
    memoire_mo: int = Field(default=1500, ge=300)
    processus: int = Field(default=2, ge=1, le=16)
    ocr: bool = False
    routes: dict[Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,8}$")], RouteSettings] = Field(default_factory=dict)

    def rules(self) -> PaperRules:
        """Return what the rules need of it."""
        return PaperRules(
            routes=tuple(
                Route(key=key, siret=route.siret, service=route.service, label=route.libelle)
                for key, route in self.routes.items()
            ),
            duplex=self.recto_verso,
            accept_patcht=self.accepte_patcht,
            drop_blank_backs=self.retire_versos_blancs,
            longest=self.document_long,
        )
