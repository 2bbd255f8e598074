"""A syndicate whose configuration tests write, in a file or in a folder, and change."""

from pathlib import Path
from typing import Final

from dematfin.domain.parties.siret import luhn

A: Final = "21990042000015"
B: Final = "21990051000013"
C: Final = "21990060000012"
SHARED: Final = """
[commun.chorus]
url_jeton = "http://127.0.0.1:1/jeton"
url_api = "http://127.0.0.1:1"
client_id = "x"
client_secret = "fichier:secrets/piste"
compte = "TECH_{collectivite}@cpro.fr"
mot_de_passe = "fichier:secrets/{collectivite}/chorus"
[commun.signature]
lieu = "ailleurs"
empreinte = "0000000000000000000000000000000000000000000000000000000000000000"
ville = "Valbrume"
code_postal = "99420"
[commun.tdt_dossier]
depot = "tdt/{collectivite}/depot"
retour = "tdt/{collectivite}/retour"
[commun.stockage]
base = "registre.db"
documents = "documents"
espace_minimum_mo = 0
"""


def block(siret: str, more: str = "") -> str:
    """Return the lines of one collectivité of a file of several."""
    codes = 'poste = "099042", code_collectivite = "142", code_budget = "00"'
    return f"""
[collectivites.{siret}]
collectivite.nom = "Commune {siret[5:9]}"
budgets = [{{ code = "COMMUNE", siret = "{{collectivite}}", libelle = "COMMUNE", {codes} }}]
{more}
"""


def own(siret: str, more: str = "") -> str:
    """Return the same, as a file of a folder."""
    body = block(siret, more).partition("]\n")[2]
    return f'collectivite.siret = "{siret}"\n{body}'


def in_one_file(folder: Path, *blocks: str, shared: str = SHARED) -> Path:
    """Write a file of several."""
    path = folder / "syndicat.toml"
    path.write_text(shared + "".join(blocks), encoding="utf-8")
    return path


def in_a_folder(folder: Path, files: dict[str, str]) -> Path:
    """Write a folder of files, and what they share."""
    folder.mkdir(exist_ok=True)
    for name, text in {"commun": SHARED.replace("[commun.", "["), **files}.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def invented(count: int) -> list[str]:
    """Return as many SIRET of communes that do not exist."""
    return [next(f"{stem}{key}" for key in range(10) if luhn(f"{stem}{key}")) for stem in _stems(count)]


def _stems(count: int) -> list[str]:
    return [f"2199{number:05d}0001" for number in range(count)]
