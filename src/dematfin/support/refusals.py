"""Why the system refused a file, in French: its own words follow the machine's language, not the agent's."""

import errno
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
}


def reason(error: OSError) -> str:
    """Return the reason of a refusal, for the inside of a sentence."""
    return WORDS.get(error.errno or 0, f"erreur système {error.errno}")
