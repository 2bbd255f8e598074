"""`[chorus]`: how to reach Chorus Pro through PISTE."""

from pydantic import Field

from dematfin.support.settings import LocalPath, Section


class AccountSettings(Section):
    """One more technical account, for structures that the first one does not see."""

    compte: str
    mot_de_passe: str


class ChorusSettings(Section):
    """Two credentials stacked: the PISTE application, then the structure's technical account.

    Attributes:
        client_secret, mot_de_passe: references to secrets, never the secrets.
        autorites: one more certificate authority to trust, for a proxy.
        appels_par_seconde: prudent as long as the quota of PISTE is unknown; 0 sets no limit.
        delai_*: seconds.
        attente_mandatee: hours that a signed flow waits for Chorus Pro to take its mandats; then it leaves, told so.
        paiement_lu: where the comptable sends no retour, an invoice shown MISE_EN_PAIEMENT is paid.
        ecriture: false forbids every change of status, during a trial beside another software.
    """

    url_jeton: str = "https://oauth.piste.gouv.fr/api/oauth/token"
    url_api: str = "https://api.piste.gouv.fr"
    client_id: str
    client_secret: str
    compte: str
    mot_de_passe: str
    autres_comptes: tuple[AccountSettings, ...] = ()
    autorites: LocalPath | None = None
    appels_par_seconde: float = Field(default=5, ge=0)
    delai_connexion: float = Field(default=10, gt=0)
    delai_lecture: float = Field(default=60, gt=0)
    delai_telechargement: float = Field(default=300, gt=0)
    factures_par_page: int = Field(default=500, ge=1, le=1000)
    ecriture: bool = True
    attente_mandatee: int = Field(default=24, ge=1, le=240)
    paiement_lu: bool = True

    @property
    def comptes(self) -> tuple[AccountSettings, ...]:
        """All technical accounts, the main one first."""
        return (AccountSettings(compte=self.compte, mot_de_passe=self.mot_de_passe), *self.autres_comptes)
