"""The anomalies of Hélios' entry gate in words: NumAnoAck, the numbered texts that say more, DomaineAck.

What nobody publishes the exact meaning of is said by its name, no more.
"""

import re
from typing import Final

from dematfin.domain.mandat.meaning import (
    ATTACH,
    CONFIGURATION,
    CORRECT,
    INVOICE,
    RESUME,
    SEND_ALONE,
    SHARE_OUT,
    Meaning,
    Responsible,
)

NUMBERED_TEXT: Final = re.compile(r"\s*([0-9]{1,9})\s*-\s*(.*)", re.DOTALL)
OTHER: Final = "ERREUR_AUTRE"
"""What most business anomalies are called: only the number that begins their text tells them."""

_TO_EDITOR: Final = (
    "Envoyez le flux et ce message à l'éditeur de dematfin. Une fois le défaut corrigé, reprenez le bordereau."
)
_TO_SIGN: Final = "Reprenez le bordereau, préparez-le et signez-le de nouveau avec le certificat déclaré au comptable."
_TO_SET: Final = (
    "Comparez avec la trésorerie le codique, le SIRET, le code collectivité et le code budget de la configuration ; "
    "corrigez-les, puis reprenez le bordereau."
)
_TO_WAIT: Final = "Rien n'est à corriger : attendez quelques heures, reprenez le bordereau, et dites-le au comptable."
_TO_ASK: Final = (
    "Ne renvoyez rien : Hélios l'a déjà reçu, le renvoyer ferait payer deux fois. Demandez au comptable ce qu'il a."
)


def _editor(why: str) -> Meaning:
    return Meaning(why=why, who=Responsible.EDITOR, remedy=_TO_EDITOR)


def _signature(why: str) -> Meaning:
    return Meaning(why=why, who=Responsible.SIGNATORY, remedy=_TO_SIGN, command=RESUME, then="bordereau preparer")


def _setting(why: str) -> Meaning:
    return Meaning(why=why, who=Responsible.AGENT, remedy=_TO_SET, command=CONFIGURATION)


def _outage(why: str) -> Meaning:
    return Meaning(why=why, who=Responsible.COMPTABLE, remedy=_TO_WAIT)


def _there(why: str) -> Meaning:
    return Meaning(why=why, who=Responsible.COMPTABLE, remedy=_TO_ASK, command="suivi", then="")


def _not_ours(what: str) -> Meaning:
    return _editor(f"L'anomalie porte sur {what}, que dematfin n'envoie pas.")


def _agreement(why: str) -> Meaning:
    remedy = (
        "Demandez au comptable s'il a bien enregistré le passage au PES signé électroniquement pour ce budget ; dès "
        "qu'il l'a fait, reprenez le bordereau."
    )
    return Meaning(why=why, who=Responsible.COMPTABLE, remedy=remedy)


def _document(why: str, remedy: str) -> Meaning:
    return Meaning(why=why, who=Responsible.AGENT, remedy=remedy, command=ATTACH)


ACK: Final[dict[str, Meaning]] = {
    "ERREUR_CONNECTION_IMPOSSIBLE_A_LA_BASE": _outage("La base de données d'Hélios ne répondait pas."),
    "ERREUR_TIMEOUT": _outage("Hélios n'a pas eu le temps de traiter le flux."),
    "ERREUR_ENCODING": _editor("Le flux n'est pas écrit dans l'alphabet qu'il annonce."),
    "ERREUR_FLUX_VIDE": _editor("Le flux ne contient rien."),
    "ERREUR_SCHEMA_INCOMPLET": _editor("Le flux ne suit pas le schéma du PES."),
    "ERREUR_CODIFICATION": _editor("Le flux contient un code qu'Hélios ne connaît pas."),
    "ERREUR_VERSION_PES": _editor("Hélios ne lit pas cette version du PES."),
    "ERREUR_VERSION_PJ": _editor("Hélios ne lit pas cette version des pièces jointes."),
    "ERREUR_TAILLE_BORDEREAUX": _editor("Un bordereau dépasse la taille qu'Hélios admet."),
    "ERREUR_TAILLE_PIECE": _editor("Un mandat dépasse la taille qu'Hélios admet."),
    "ERREUR_TAILLE_LIGNE": _editor("Une ligne de mandat dépasse la taille qu'Hélios admet."),
    "ERREUR_CODIQUE": _setting("Le codique du poste comptable n'est pas le bon."),
    "ERREUR_SIRET": _setting("Le SIRET de la collectivité n'est pas celui qu'Hélios connaît."),
    "ERREUR_CODE_COLLECTIVITE_BUDGET": _setting("Hélios ne connaît pas ce code collectivité ou ce code budget."),
    "ERREUR_PES_PARAM": _setting("Ce budget n'est pas paramétré dans Hélios pour recevoir ces flux."),
    "ERREUR_PES_SIGNATURE": _agreement("Hélios attend une signature pour ce budget, ou n'en attend pas."),
    "ERREUR_PES_PARAM_SIGNATURE": _agreement("La signature électronique n'est pas paramétrée pour ce budget."),
    "ERREUR_SIGNATURE_INVALIDE": _signature("La signature n'est pas valable."),
    "ERREUR_SIGNATURE_ILLISIBLE": _signature("La signature ne se lit pas."),
    "ERREUR_SIGNATURE_INCOMPLETE": _signature("La signature est incomplète."),
    "ERREUR_SIGNATURE_EXTERNE": _signature("La signature n'est pas à la place où Hélios la cherche."),
    "ERREUR_SIGNATURE_BORDEREAU_INVALIDE": _signature("La signature du bordereau n'est pas valable."),
    "ERREUR_SIGNATURE_BORDEREAU_ILLISIBLE": _signature("La signature du bordereau ne se lit pas."),
    "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE": _signature("La signature du bordereau est incomplète."),
    "ERREUR_CERTIFICAT": Meaning(
        why="Le certificat du signataire est refusé : expiré, révoqué, ou inconnu du comptable.",
        who=Responsible.SIGNATORY,
        remedy="Faites renouveler le certificat ou déclarez-le au comptable ; puis reprenez le bordereau et signez-le.",
        command=CONFIGURATION,
    ),
    "ERREUR_DOUBLON_BORDEREAU": _there("Hélios a déjà un bordereau sous ce numéro."),
    "ERREUR_DOUBLON_PIECE": _there("Hélios a déjà un mandat sous ce numéro."),
    "ERREUR_DOUBLON_LIGNE": _there("Hélios a déjà cette ligne de ce mandat."),
    "ERREUR_DOUBLON_PJ": Meaning(
        why="Hélios a déjà une pièce jointe sous cet identifiant.",
        who=Responsible.AGENT,
        remedy="Si elle est venue par un flux d'ici, rien n'est à faire ; sinon elle repart sous un autre identifiant.",
        command=SEND_ALONE,
    ),
    "ERREUR_PJ_SIGNEE": _document(
        "Une pièce jointe porte une signature qu'Hélios n'accepte pas.", "Joignez-la de nouveau, sans sa signature."
    ),
    "ERREUR_PJ": _document(
        "Une pièce jointe est refusée.", "Ouvrez-la : si elle est abîmée ou n'est pas lisible, joignez-en une autre."
    ),
    "ERREUR_MONTANT_TVA_ZERO_NEGATIF": Meaning(
        why="La TVA d'une ligne est nulle ou négative, alors qu'Hélios l'attend.",
        who=Responsible.AGENT,
        remedy="Vérifiez la TVA de la facture et du mandat, corrigez ses lignes, puis reprenez le bordereau.",
        command=SHARE_OUT,
    ),
    "ERREUR_CUMUL_MONTANTS": _editor("Le total du bordereau n'est pas la somme de ses mandats."),
}
"""NumAnoAck, except `ERREUR_AUTRE` which says nothing by itself."""

NUMBERED: Final[dict[str, Meaning]] = {
    "1971": Meaning(
        why="La fonction n'a pas lieu d'être avec ce compte.",
        who=Responsible.AGENT,
        remedy="Corrigez l'imputation du mandat en laissant la fonction vide, puis reprenez le bordereau.",
        command=CORRECT,
    ),
    "1984": ACK["ERREUR_DOUBLON_PJ"],
    "2559": Meaning(
        why="Le code service du destinataire n'existe pas, ou plus, dans Chorus Pro.",
        who=Responsible.AGENT,
        remedy="Cherchez le code en vigueur dans l'annuaire de Chorus Pro, corrigez, puis reprenez le bordereau.",
        command=INVOICE,
    ),
}
"""By the number that begins LibelleAnoAck."""

DOMAINS: Final[dict[int, Meaning]] = {
    0: _editor("Hélios a refusé le flux pour une raison technique."),
    1: _signature("Hélios a refusé la signature du flux."),
    2: _signature("Hélios a refusé la signature globale du flux."),
    3: _signature("Hélios a refusé la signature du bordereau."),
    4: _document("Hélios a refusé une pièce jointe.", "Vérifiez la pièce, joignez-la de nouveau si elle est en cause."),
    5: Meaning(
        why="Hélios a refusé ce que dit le mandat.",
        who=Responsible.AGENT,
        remedy="Corrigez ce que le message désigne, puis reprenez le bordereau ; au besoin, demandez au comptable.",
        command=CORRECT,
    ),
    6: _not_ours("une recette"),
    7: _not_ours("un rôle"),
    8: _not_ours("un budget"),
    9: _not_ours("l'état de l'actif"),
    10: _not_ours("l'état du passif"),
    11: Meaning(
        why="Hélios a refusé le marché que cite le mandat.",
        who=Responsible.AGENT,
        remedy="Vérifiez avec le comptable que le marché est enregistré dans Hélios sous ce numéro.",
        command=INVOICE,
    ),
    12: _not_ours("une facture émise par la collectivité"),
    99: _editor("Hélios a refusé l'en-tête ou le paramétrage du flux."),
}
"""DomaineAck."""


def number_of(text: str) -> str:
    """Return the number that begins the text of an anomaly, without its zeros; empty when none does.

    >>> number_of(" 1971 - Compte fonction présent à tort")
    '1971'
    """
    found = NUMBERED_TEXT.fullmatch(text)
    return found[1].lstrip("0") if found else ""


def meaning(code: str, text: str, domain: int | None) -> Meaning:
    """Return the most exact meaning of an anomaly: its numbered text, its code, else its domain."""
    known = NUMBERED.get(number_of(text)) or NUMBERED.get(code) or ACK.get(code)
    return known or DOMAINS.get(-1 if domain is None else domain) or _editor("Hélios ne dit pas de quoi il s'agit.")
