"""Depositing a flow: once, and with every failure named after what it says of the deposit."""

import re
from pathlib import Path
from typing import BinaryIO, Final

import httpx
import structlog

from dematfin.errors import (
    AccessDenied,
    AlreadyThere,
    BadAnswer,
    ConnectorError,
    Refused,
    UnknownOutcome,
    Unreachable,
)
from dematfin.support.xml import MEBIBYTE
from dematfin.tdt import envelopes
from dematfin.tdt.calls import NUMBER, Line, Reply
from dematfin.tdt.failures import ACCESS, REMEDY, check_admitted

PATH: Final = "/modules/helios/api/helios_importer_fichier.php"
UNSAFE: Final = re.compile(r"[^a-zA-Z0-9._\- ]")
TOO_LARGE: Final = re.compile(r"taille|code [12]\b", re.IGNORECASE)  # 1 and 2: PHP's own size limits
NOT_STORED: Final = re.compile("chargement", re.IGNORECASE)  # "Erreur lors du" or "Échec lors du téléchargement"

log = structlog.get_logger()


def check_size(flow: Path, nomfic: str, limit: int) -> None:
    """Raise Refused when the platform would refuse a flow for its size."""
    size = flow.stat().st_size
    if size > limit:
        message = f"Le flux {nomfic} pèse {size // MEBIBYTE} Mo, S²LOW en accepte {limit // MEBIBYTE}. {SHARE}"
        raise Refused(message)


SHARE: Final = "Reprenez son bordereau en plusieurs flux (taille_flux de la section [pes])."


def deposit(line: Line, flow: Path, nomfic: str) -> str:
    """Deposit a flow and return its transaction number.

    Raises:
        Unreachable, AccessDenied, Refused: nothing was deposited.
        AlreadyThere, UnknownOutcome.
    """
    with flow.open("rb") as source:
        reply = _post(line, source, nomfic)
    check_admitted(reply, f"dépôt du flux {nomfic}")
    envelope = _import(reply, nomfic)
    if envelope.refused:
        raise _refusal(envelope.message, nomfic)
    log.info("s2low_deposit", nomfic=nomfic, transaction=envelope.text("id"), size=flow.stat().st_size)
    return envelope.text("id")


def _post(line: Line, source: BinaryIO, nomfic: str) -> Reply:
    try:
        return line.post(PATH, UNSAFE.sub("_", f"{nomfic}.xml"), source)
    except BadAnswer as error:
        raise _unknown(str(error), nomfic) from error


def _import(reply: Reply, nomfic: str) -> envelopes.Envelope:
    """Return an answer that says clearly what became of the deposit; any other leaves it unknown."""
    if reply.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        message = f"S²LOW refuse le flux {nomfic}, trop volumineux pour lui (code {reply.status}). {SHARE}"
        raise Refused(message)
    if reply.status != httpx.codes.OK:
        reason = f"code {reply.status}"
        raise _unknown(reason, nomfic)
    try:
        envelope = envelopes.read(reply.body, f"dépôt du flux {nomfic}", "import")
    except BadAnswer as error:
        raise _unknown(envelopes.shown(reply.body), nomfic) from error
    done = envelope.text("resultat").upper() == "OK" and NUMBER.fullmatch(envelope.text("id")) is not None
    if not done and not envelope.refused:
        raise _unknown(envelopes.shown(reply.body), nomfic)
    return envelope


def _unknown(reason: str, nomfic: str) -> UnknownOutcome:
    return UnknownOutcome(f"Flux {nomfic} : S²LOW n'a pas dit s'il l'a reçu ({reason}). Il sera vérifié.")


def _refusal(said: str, nomfic: str) -> ConnectorError:
    if "doublon" in said.lower():
        return AlreadyThere(f"S²LOW a déjà reçu exactement le flux {nomfic} ({said})")
    if ACCESS.search(said):
        return AccessDenied(f"S²LOW refuse notre certificat pour le flux {nomfic} ({said}). {REMEDY}")
    if TOO_LARGE.search(said):
        return Refused(f"S²LOW refuse le flux {nomfic}, trop volumineux pour lui ({said}). {SHARE}")
    if NOT_STORED.search(said):
        return Unreachable(f"S²LOW n'a pas pu enregistrer le flux {nomfic} ({said}). Relancez plus tard.")
    return Refused(f"S²LOW refuse le flux {nomfic} : {said or 'sans explication'}. Corrigez, puis reprenez-le.")
