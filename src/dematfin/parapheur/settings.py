"""`[parapheur]`: how to reach a bought i-Parapheur, and which visas are given there."""

from typing import Literal, Self

from pydantic import Field, model_validator

from dematfin.domain.visa.remote import Bridge
from dematfin.support.settings import LocalPath, Section

Fact = Literal["engagement", "montantttc", "numero", "fournisseur"]


class ParapheurSettings(Section):
    """An account that owns a "WebService" desk, and the circuits in which it may make folders.

    Attributes:
        url: of the server; with a path, that of the service itself.
        mot_de_passe*: references to secrets, never the secrets.
        certificat: client certificate, PKCS#12 or PEM, that only its owner may read; v4 servers demand one.
        autorites: one more certificate authority to trust, in PEM.
        type, sous_type: of the visa folders; empty: no visa is given there.
        type_pes, sous_type_pes: of the flows to sign; empty: none is signed there.
        sous_types: by service, where it is not `sous_type`.
        services: whose invoices go there; none named: everybody's.
        cloture: what becomes of an ended folder there, once all that it held is kept here.
        metadonnees: name there of what we know of an invoice.
        delai_*: seconds.
    """

    url: str
    identifiant: str
    mot_de_passe: str
    certificat: LocalPath | None = None
    mot_de_passe_certificat: str = ""
    autorites: LocalPath | None = None
    type: str = ""
    sous_type: str = ""
    type_pes: str = ""
    sous_type_pes: str = ""
    sous_types: dict[str, str] = Field(default_factory=dict)
    services: frozenset[str] = frozenset()
    visibilite: Literal["PUBLIC", "SERVICE", "CONFIDENTIEL"] = "SERVICE"
    cloture: Literal["EFFACER", "ARCHIVER"] = "EFFACER"
    jours_max: int = Field(default=15, ge=1, le=60)
    metadonnees: dict[Fact, str] = Field(default_factory=dict)
    metadonnee_service_fait: str = Field(default="date_service_fait", min_length=1)
    delai_connexion: float = Field(default=10, gt=0)
    delai_lecture: float = Field(default=120, gt=0)

    @model_validator(mode="after")
    def _circuits_are_of_bridged_services(self) -> Self:
        if lost := sorted(self.sous_types.keys() - self.services) if self.services else []:
            message = f"sous_types nomme {lost[0]}, qui n'est pas parmi services"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _circuits_are_whole(self) -> Self:
        if bool(self.type) != bool(self.sous_type) or bool(self.type_pes) != bool(self.sous_type_pes):
            message = "type et sous_type vont ensemble, type_pes et sous_type_pes aussi"
            raise ValueError(message)
        if not self.type and not self.type_pes:
            message = "il y faut type et sous_type (visas), ou type_pes et sous_type_pes (signature)"
            raise ValueError(message)
        return self

    def bridge(self) -> Bridge | None:
        """Return what the rules need of it; None when no visa is given there."""
        if not self.type:
            return None
        return Bridge(services=self.services, max_days=self.jours_max, service_fait=self.metadonnee_service_fait)

    def subtype(self, service: str) -> str:
        """Return the sub-type that the folders of a service take."""
        return self.sous_types.get(service, self.sous_type)
