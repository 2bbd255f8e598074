"""`[signature]`: who signs, with what, under which policy."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from dematfin.support.settings import LocalPath, Section

POLICY_AT: Final = (
    "https://www.collectivites-locales.gouv.fr/files/files/finances_locales/dematerialisation/ps_helios_dgfip.pdf"
)


def _compact(value: object) -> object:
    """Accept a fingerprint as OpenSSL and Windows show it."""
    return value.replace(":", "").replace(" ", "").lower() if isinstance(value, str) else value


def _several(value: object) -> object:
    """Accept one path where several may stand."""
    return (value,) if isinstance(value, str) else value


Fingerprint = Annotated[str, BeforeValidator(_compact), Field(pattern=r"^([0-9a-f]{64})?$")]
Paths = Annotated[tuple[LocalPath, ...], BeforeValidator(_several)]


class PolicySettings(Section):
    """`[signature.politique]`: the DGFiP's policy; a new version of it is published with new values.

    Attributes:
        empreinte: SHA-256 of the policy's PDF, in base64.
        adresse: where the policy can be read (SPURI).
    """

    oid: str = "urn:oid:1.2.250.1.131.1.5.18.21.1.7"
    description: str = "Politique de signature Helios de la DGFiP"
    empreinte: str = Field(default="roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E=", pattern=r"^[A-Za-z0-9+/]{43}=$")
    adresse: str = POLICY_AT


class SignatureSettings(Section):
    """The signatory and the authorities.

    Attributes:
        pkcs12: file of the certificate and its key, readable by its owner only; or a token instead:
        bibliotheque, jeton: PKCS#11 library of the token's vendor, and label of the token.
        mot_de_passe: reference to its password or PIN; empty to have it asked at each signature.
        empreinte: SHA-256 of the expected certificate; advised, since without it any that the authorities know fits.
        autorites: PEM files, or folders of them: trusted roots and the authorities below them.
        listes_de_revocation: CRL files, PEM or DER.
        telecharger_crl: fetch the lists that certificates name, and keep them in `cache_crl` as long as they are good.
        crl_obligatoire: refuse to sign when no list that is up to date can tell.
        portee: one signature for each bordereau, or one for the whole flow.
        ville, code_postal, pays, qualite: written in each signature, as the policy wants.
    """

    pkcs12: LocalPath | None = None
    bibliotheque: LocalPath | None = None
    jeton: str = ""
    mot_de_passe: str = ""
    empreinte: Fingerprint = ""
    autorites: Paths = ()
    listes_de_revocation: Paths = ()
    telecharger_crl: bool = False
    crl_obligatoire: bool = False
    cache_crl: LocalPath = Field(default=Path("crl"), validate_default=True)
    portee: Literal["bordereau", "globale"] = "bordereau"
    ville: str = Field(min_length=1)
    code_postal: str = Field(pattern=r"^[0-9]{5}$")
    pays: str = Field(default="France", min_length=1)
    qualite: str = Field(default="Maire", min_length=1)
    politique: PolicySettings = PolicySettings()

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        token = bool(self.bibliotheque), bool(self.jeton)
        if token not in {(True, True), (False, False)} or any(token) == bool(self.pkcs12):
            message = "donnez « pkcs12 », ou bien « bibliotheque » et « jeton », pas les deux"
            raise ValueError(message)
        return self
