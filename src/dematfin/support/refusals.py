"""Why the system refused a file or a connection, in French: it speaks the language of the machine, not the agent's."""

import errno
import socket
from typing import Final

WORDS: Final = {
    errno.ENOENT: "fichier ou dossier absent",
    errno.EACCES: "droits insuffisants",
    errno.EPERM: "droits insuffisants",
    errno.EISDIR: "c'est un dossier, pas un fichier",
    errno.ENOTDIR: "un fichier occupe la place d'un dossier",
    errno.EEXIST: "ce nom est déjà pris",
    errno.ENOSPC: "le disque est plein",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ECONNREFUSED: "connexion refusée",
    errno.ECONNRESET: "connexion coupée",
    errno.EHOSTUNREACH: "machine injoignable",
    errno.ENETUNREACH: "réseau injoignable",
    errno.ETIMEDOUT: "délai dépassé",
    socket.EAI_NONAME: "nom de machine inconnu",
    socket.EAI_AGAIN: "nom de machine introuvable pour le moment",
}


def reason(error: OSError) -> str:
    """Return the reason of a refusal, for the inside of a sentence."""
    return of_number(error.errno or 0)


def of_number(number: int) -> str:
    """Return the reason behind a number of the system."""
    return WORDS.get(number, f"erreur système {number}")
