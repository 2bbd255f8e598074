"""The syndicate's one configuration: what all share, and what each commune has of its own."""

from collections.abc import Iterable, Mapping
from typing import Final

from crash.syndicat.communes import Commune
from crash.syndicat.world import CLIENT, code

SHARED: Final = """
[commun]
fuseau = "Europe/Paris"

[commun.visa]
bureau_par_defaut = "FINANCES"

[commun.visa.rappels]
jours_ouvres_seulement = false
hebdomadaire = false

[commun.chorus]
url_jeton = "@CHORUS@/api/oauth/token"
url_api = "@CHORUS@"
client_id = "@CLIENT@"
client_secret = "fichier:secrets/chorus"
compte = "TECH_{collectivite}@cpro.example"
mot_de_passe = "fichier:secrets/{collectivite}"
appels_par_seconde = 0
delai_lecture = @PATIENCE@

[commun.signature]
pkcs12 = "pki/maire.p12"
mot_de_passe = "fichier:secrets/maire"
empreinte = "@EMPREINTE@"
autorites = ["pki/racine.pem", "pki/ac.pem"]
listes_de_revocation = ["pki/ac.crl.pem"]
ville = "Valbrume"
code_postal = "99420"
qualite = "Maire"

[commun.s2low]
url = "@S2LOW@"
mot_de_passe_certificat = "fichier:secrets/tdt"
autorites = "pki/tdt-ac.pem"
identifiant = "agent-{collectivite}"
mot_de_passe = "fichier:secrets/{collectivite}"
archiviste = "archives-{collectivite}"
mot_de_passe_archiviste = "fichier:secrets/{collectivite}"
delai_lecture = @PATIENCE@
delai_depot = @PATIENCE@
attente_verification = 0.2

[commun.stockage]
documents = "documents"
espace_minimum_mo = 50
@BASE@

[commun.courriel]
serveur = "127.0.0.1"
port = @COURRIEL@
identifiant = "visas-{collectivite}"
mot_de_passe = "fichier:secrets/{collectivite}"
autorites = "pki/tdt-ac.pem"
expediteur = "visas@syndicat.example"
delai = 5
"""
ONE: Final = """
[collectivites.{siret}]
collectivite.nom = "{name}"
s2low.certificat = "pki/{group}.p12"
{more}
[[collectivites.{siret}.budgets]]
code = "COMMUNE"
siret = "{siret}"
libelle = "{upper}"
poste = "099042"
code_collectivite = "{code}"
code_budget = "00"
"""


def written(
    communes: Iterable[Commune], ports: Mapping[str, int], values: Mapping[str, str], own: Mapping[str, str]
) -> str:
    """Return the file; `values` are put in its shared part, `own` are lines of one commune, by SIRET."""
    addresses = {
        "CHORUS": f"http://127.0.0.1:{ports['chorus']}",
        "S2LOW": f"https://127.0.0.1:{ports['tdt']}",
        "COURRIEL": str(ports["courriel"]),
        "CLIENT": CLIENT["client_id"],
    }
    text = SHARED
    for name, value in {**addresses, **values}.items():
        text = text.replace(f"@{name}@", value)
    blocks = (
        ONE.format(
            siret=one.siret,
            name=one.name,
            upper=one.name.upper(),
            group=one.group,
            code=code(one),
            more=own.get(one.siret, ""),
        )
        for one in communes
    )
    return text + "".join(blocks)
