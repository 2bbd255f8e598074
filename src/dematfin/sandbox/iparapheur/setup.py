"""How a simulated i-Parapheur is set up, as `parapheur.json` describes it: who calls, who is in each circuit.

{"login": "ws@valbrume", "mot_de_passe": "…",
 "sous_types": [{"type": "FACTURES", "nom": "VISASERVICE",
                 "etapes": [{"bureau": "Affaires scolaires", "nom": "Paul Viseur"}],
                 "obligatoires": ["engagement"], "au_visa": ["date_service_fait"]}],
 "metadonnees": {"engagement": "STRING", "date_service_fait": "DATE"}}

A circuit whose last step has the role SIGNATAIRE signs PES flows, with the key of the PEM file `signataire`.
"""

from pathlib import Path

from dematfin.sandbox.world import Part

SIGNATORY = "SIGNATAIRE"


class Step(Part):
    """One step of a circuit: a desk, and who sits there."""

    bureau: str
    nom: str
    role: str = "VISEUR"


class Subtype(Part):
    """A circuit; `obligatoires` are metadata to send, `au_visa` those without which its last visa is not given."""

    type: str
    nom: str
    etapes: tuple[Step, ...]
    obligatoires: tuple[str, ...] = ()
    au_visa: tuple[str, ...] = ()

    @property
    def signs(self) -> bool:
        """Whether its folders are flows to sign."""
        return self.etapes[-1].role == SIGNATORY


class Setup(Part):
    """The whole; the nature of each metadata is by its short name."""

    login: str
    mot_de_passe: str
    bureau: str = "WebService"
    signataire: Path | None = None
    sous_types: tuple[Subtype, ...]
    metadonnees: dict[str, str]

    def subtype(self, type_: str, name: str) -> Subtype | None:
        """Return a circuit, or None."""
        return next((one for one in self.sous_types if (one.type, one.nom) == (type_, name)), None)
