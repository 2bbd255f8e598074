"""One service for a collectivité on a machine: a lock in its folder of documents, gone with its process."""

import fcntl
import os
from pathlib import Path
from socket import gethostname
from typing import Final, Self

from dematfin.errors import ComeBackLater, ConfigError
from dematfin.support.refusals import reason

LONGEST: Final = 200


class Guard:
    """Holds the lock of one collectivité until it is released, or its process dies."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path, siret: str, since: str) -> Self:
        """Take it, and write who has it since when.

        Raises:
            ConfigError: nothing can be written in this folder.
            ComeBackLater: another service has it; says which.
        """
        path = path_of(folder, siret)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o640)
        except OSError as error:
            message = f"Rien ne peut être écrit dans {folder} : {reason(error)}. Donnez ce droit au compte du service."
            raise ConfigError(message) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            other = os.read(descriptor, LONGEST).decode("utf-8", errors="replace")
            os.close(descriptor)
            message = (
                f"Un service s'occupe déjà de la collectivité {siret} ({other or 'il démarre'}). Un seul suffit : "
                "arrêtez l'un des deux."
            )
            raise ComeBackLater(message) from error
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{gethostname()}:{os.getpid()}, depuis le {since}".encode()[:LONGEST], 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Let another service take it."""
        os.close(self._descriptor)


def path_of(folder: Path, siret: str) -> Path:
    """Return where the lock of a collectivité is; several may share a folder."""
    return folder / f"service-{siret}.verrou"
