"""`[signature]`: who signs, with what, under which policy."""

from pydantic import Field

from dematfin.support.settings import LocalPath, Section


class PolicySettings(Section):
    """`[signature.politique]`: the DGFiP's policy; a new version of it is published with new values."""

    oid: str = Field(default="urn:oid:1.2.250.1.131.1.5.18.21.1.7")
    description: str = "Politique de signature Helios de la DGFiP"
    empreinte: str = "roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E="
    adresse: str = (
        "https://www.collectivites-locales.gouv.fr/files/files/finances_locales/dematerialisation/ps_helios_dgfip.pdf"
    )


class SignatureSettings(Section):
    """The signatory and the authorities.

    Attributes:
        pkcs12: file of the certificate and its key, readable by its owner only.
        mot_de_passe: reference to its password; empty to have it asked at each signature.
        empreinte: SHA-256 of the expected certificate, in hexadecimal; empty accepts any that the authorities know.
        autorites: PEM files of trusted roots and of the authorities below them.
        listes_de_revocation: CRL files, PEM or DER.
        ville, code_postal, pays, qualite: written in each signature, as the policy wants.
    """

    pkcs12: LocalPath
    mot_de_passe: str = ""
    empreinte: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    autorites: tuple[LocalPath, ...] = ()
    listes_de_revocation: tuple[LocalPath, ...] = ()
    ville: str = Field(min_length=1)
    code_postal: str = Field(pattern=r"^[0-9]{5}$")
    pays: str = "France"
    qualite: str = "Maire"
    politique: PolicySettings = PolicySettings()
