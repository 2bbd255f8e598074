"""Secrets by reference: the configuration says where a secret is, never what it is."""

import os
import stat
from pathlib import Path
from typing import Final

from dematfin.errors import ConfigError
from dematfin.support.redaction import keep_quiet
from dematfin.support.refusals import reason

LARGEST: Final = 1_000_000
"""Bytes of a file that holds a key or a password."""


def resolve(reference: str, folder: Path) -> str:
    """Return the secret behind a reference, stripped of its end of line; no log shows it from then on.

    `secret:NAME` is a systemd credential or the variable `DEMATFIN_NAME`; `fichier:PATH` is a file that nobody
    else may read, relative to `folder`; `env:NAME` is an environment variable.

    Raises:
        ConfigError: the reference is of no known form, or leads nowhere.
    """
    secret = _behind(reference, folder)
    keep_quiet(secret)
    return secret


def _behind(reference: str, folder: Path) -> str:
    kind, _, name = reference.partition(":")
    match kind:
        case "secret":
            return _credential(name)
        case "fichier":
            return _private_file(folder / name)
        case "env":
            return _variable(name)
        case _:
            message = (
                "Un secret doit être donné par référence (« secret:nom », « fichier:chemin » ou « env:VARIABLE »), "
                "jamais en clair dans la configuration."
            )
            raise ConfigError(message)


def private_bytes(path: Path) -> bytes:
    """Read a file that holds a key or a password; refuse it when others may read it too."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            message = f"Le fichier {path} est lisible par d'autres utilisateurs. Protégez-le : chmod 600 {path}"
            raise ConfigError(message)
        with path.open("rb") as source:
            data = source.read(LARGEST + 1)
    except OSError as error:
        message = f"Le fichier {path} est illisible : {reason(error)}."
        raise ConfigError(message) from error
    if len(data) > LARGEST:
        message = f"Le fichier {path} est trop grand pour une clé ou un mot de passe. Corrigez sa référence."
        raise ConfigError(message)
    return data


def _credential(name: str) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and (path := Path(folder) / name).is_file():
        return _text(path, path.read_bytes())
    return _variable(f"DEMATFIN_{name.upper()}")


def _private_file(path: Path) -> str:
    return _text(path, private_bytes(path))


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        message = f"Le fichier {path} ne contient pas un secret lisible : un texte en UTF-8 est attendu."
        raise ConfigError(message) from error


def _variable(name: str) -> str:
    if name not in os.environ:
        message = f"Le secret attendu dans la variable {name} (ou le secret systemd du même nom) est absent."
        raise ConfigError(message)
    return os.environ[name]
