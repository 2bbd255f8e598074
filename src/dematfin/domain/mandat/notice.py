"""The notice that goes with a flow given to be signed elsewhere: what to sign, how, and what to do of it then."""

from collections.abc import Iterable

from dematfin.domain.mandat.bordereau import Bordereau, order
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.money import french


def notice(flux: Flux, sheets: Iterable[tuple[Bordereau, int]]) -> str:
    """Return the notice of a flow: each bordereau comes with its number of mandats."""
    listed = list(sheets)
    lines = "\n".join(
        f"  - bordereau n° {sheet.number} de {sheet.exercice} ({sheet.id}) : {count} mandat{'s' if count > 1 else ''}, "
        f"{french(sheet.total)}"
        for sheet, count in listed
    )
    return f"""À SIGNER : {flux.id}.xml

Signer ce fichier, c'est {order(sheet for sheet, _ in listed)} :
{lines}

Comment signer
  - format XAdES, signature enveloppée dans le fichier, une signature par bordereau (XPath : //Bordereau),
    selon la politique de signature Hélios de la DGFiP ;
  - avec le certificat de l'ordonnateur, ou de la personne qui a reçu sa délégation ;
  - sans ouvrir ni enregistrer le fichier dans un autre logiciel : un seul octet changé, et il est refusé au retour.

Vérifier que c'est le bon fichier
  - {flux.unsigned.size} octets, empreinte SHA-256 :
    {flux.unsigned.sha256}

Après la signature, l'agent reprend le fichier signé, quel que soit son nom :
  dematfin bordereau reprendre FICHIER

Il est alors vérifié en entier avant d'être gardé. Pour renoncer : dematfin bordereau rappeler {flux.bordereaux[0]}
"""
