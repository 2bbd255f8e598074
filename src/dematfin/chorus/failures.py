"""What an answer of Chorus Pro means: HTTP 200 says nothing of success, `codeRetour` does.

0 is good, 20000 and 20007 are an empty search; the other numbers mean something else for each call. A refusal has
one of several shapes: the gateway's, the platform's, that of organisations, that of 2016, or none at all. What comes
with a status of 500 and more is a breakdown, whatever its body says: it refuses nothing.
"""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import httpx

from dematfin.chorus.wire.base import inside, number
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused, UnknownOutcome, Unreachable

EMPTY_SEARCH: Final = frozenset({20000, 20007})
WORDS: Final = {
    "factures/v1/rechercher/recipiendaire": "donner la liste des factures",
    "factures/v1/rechercher/atraiter/recipiendaire": "donner la liste des factures à traiter",
    "factures/v1/consulter/recipiendaire": "donner le détail de la facture",
    "factures/v1/consulter/historique": "donner l'historique de la facture",
    "factures/v1/telecharger/groupe": "donner la facture et ses pièces",
    "factures/v1/traiter/recue": "changer le statut de la facture",
    "facturesTravaux/v1/rechercher": "donner la liste des factures de travaux",
    "structures/v1/rechercher": "chercher une structure",
    "structures/v1/consulter": "donner les obligations de la structure",
    "structures/v1/consulter/service": "donner les obligations du service",
    "structures/v1/rechercher/services": "donner la liste des services",
    "transverses/v1/health-check": "dire si le service est ouvert",
    "transverses/v1/recuperer/etats/traitement": "dire quels statuts sont possibles",
    "transverses/v1/recuperer/structures/actives/destinataire": "donner la liste de nos structures",
    "transverses/v1/recuperer/tauxtva": "répondre au test de connexion",
}
CONTENTS: Final = frozenset(
    {"historiquesDesStatuts", "listeFactures", "listeServices", "fichierResultat", "statusCodeValue"}
)
"""Some answers come without `codeRetour`; one that holds what was asked for is good all the same."""
OLD_REFUSAL: Final = "retourFonctionnel"
"""In the shapes of 2016 a refusal was nested, and its code a text."""
LONGEST_SHOWN: Final = 200

Answer = dict[str, Any]


class FunctionalError(Refused):
    """Chorus Pro a refusé la demande."""

    def __init__(self, code: str, label: str, call: str) -> None:
        super().__init__(f"Chorus Pro refuse de {said(call)} (code {code} : {label or 'sans explication'}).")


def said(call: str) -> str:
    """Say a call to an agent, as a verb and what it bears on."""
    return WORDS.get(call, f"répondre à l'appel {call}")


def understood(call: str, status: int, data: bytes, *, writing: bool) -> Answer:
    """Return the content of an answer; an empty search gives `{}`.

    Raises:
        FunctionalError, AccessDenied, Refused, Unreachable, UnknownOutcome, BadAnswer: whatever shape the refusal took.
    """
    body = _object(data)
    code, label = _verdict(body)
    if number(code) in EMPTY_SEARCH and "rechercher" in call:
        return {}
    if code and number(code) != 0 and status < httpx.codes.INTERNAL_SERVER_ERROR:
        raise FunctionalError(code[:LONGEST_SHOWN], label[:LONGEST_SHOWN], call)
    if status == httpx.codes.OK and (code or CONTENTS & body.keys()):
        return body
    raise _failure(call, status, data, body, writing=writing)


def _object(data: bytes) -> Answer:
    with suppress(ValueError, RecursionError):
        body = json.loads(data, parse_float=Decimal)
        return body if isinstance(body, dict) else {}
    return {}


def _verdict(body: Answer) -> tuple[str, str]:
    """Return the code, empty when there is none, and what is said of it."""
    old = inside(body, OLD_REFUSAL)
    code, label = body.get("codeRetour"), body.get("libelle")
    if old:
        code, label = old.get("codeRetourFonctionnel") or OLD_REFUSAL, old.get("libelleRetourFonctionnel")
    return _written(code if code is not None else "").strip(), _written(label or "")


def _written(value: object) -> str:
    """Return a text that can be written: JSON lets half a sign through, which no log nor base takes."""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _failure(call: str, status: int, data: bytes, body: Answer, *, writing: bool) -> ConnectorError:
    match status:
        case httpx.codes.UNAUTHORIZED:
            return AccessDenied(
                "Chorus Pro refuse le compte technique (code 401). Son mot de passe a peut-être expiré (14 mois) ou "
                "changé : le gestionnaire principal le renouvelle dans Chorus Pro, puis mettez le secret à jour."
            )
        case httpx.codes.FORBIDDEN:
            return AccessDenied(
                f"Chorus Pro nous interdit de lui demander de {said(call)} (code 403). Vérifiez dans PISTE que cette "
                "API est rattachée à l'application et ses conditions acceptées, et l'habilitation du compte technique."
            )
        case httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return Refused("Chorus Pro : la facture et ses pièces dépassent 120 Mo. Téléchargez-la depuis le portail.")
        case _:
            return _unclear(call, status, data, body, writing=writing)


def _unclear(call: str, status: int, data: bytes, body: Answer, *, writing: bool) -> ConnectorError:
    server_side = status >= httpx.codes.INTERNAL_SERVER_ERROR
    if writing and (status == httpx.codes.OK or server_side):
        return UnknownOutcome(f"Chorus Pro a mal répondu pendant l'écriture (code {status}). Elle sera vérifiée.")
    if status == httpx.codes.OK and _is_page(data):
        return Unreachable("Chorus Pro est en maintenance : il répond par une page. Relancez plus tard.")
    shown = _shown(data, body)
    if server_side:
        return Unreachable(f"Chorus Pro est en panne (code {status} : {shown}). Relancez plus tard.")
    return BadAnswer(f"Chorus Pro n'a pas su {said(call)} (code {status}) : {shown}")


def _is_page(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _shown(data: bytes, body: Answer) -> str:
    """Return what an answer says of itself: the gateway and the API of organisations have words of their own."""
    said_it = body or _first(data)
    reason = next((said_it[name] for name in ("libelle", "message", "Description", "error") if said_it.get(name)), "")
    text = _written(reason) or data[:LONGEST_SHOWN].decode("utf-8", errors="replace").replace("\n", " ")
    return text[:LONGEST_SHOWN] or "réponse vide"


def _first(data: bytes) -> Answer:
    """Return the first of a list of refusals."""
    with suppress(ValueError, RecursionError):
        body = json.loads(data)
        if isinstance(body, list) and body and isinstance(body[0], dict):
            return body[0]
    return {}
