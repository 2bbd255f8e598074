"""Rights of files: what others may read, and what this account cannot write."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look
from dematfin.cli.diagnosis import kept_by_another
from dematfin.config.several import SHARED
from dematfin.support.refusals import reason

CONFIGURATION: Final = "droits de la configuration"
REFERENCE: Final = "fichier:"
SECRETS: Final = "fichiers secrets"
WRITING: Final = "droits d'écriture"


def configuration(examined: Examined) -> Iterator[Line]:
    """The configuration holds no secret, but says where they are: strangers need not read it, nor write it."""
    modes = {one: stat.S_IMODE(one.stat().st_mode) for one in _parts(examined.file)}
    worst = max(modes, key=lambda one: (modes[one] & 0o002, modes[one] & 0o004))
    remedy = f"chmod o-rwx {worst}"
    if modes[worst] & 0o002:
        said = f"tout compte de la machine peut écrire {worst}"
        yield bad(CONFIGURATION, said, f"{remedy} : qui l'écrit choisit où part l'argent.")
    elif modes[worst] & 0o004:
        yield look(CONFIGURATION, f"tout compte peut lire {worst}", remedy)
    else:
        yield good(CONFIGURATION, f"{modes[worst]:o}")


def _parts(configuration: Path) -> list[Path]:
    """Return all that a configuration is read from: the folder and its files, or a file and what it shares."""
    if configuration.is_dir():
        return [configuration, *sorted(one for one in configuration.glob("*.toml") if one.is_file())]
    beside = configuration.with_name(f"{SHARED}.toml")
    return [configuration, beside] if beside.is_file() else [configuration]


def secrets(examined: Examined) -> Iterator[Line]:
    """Keys and passwords in files are read by their owner only."""
    signing = examined.settings.signature.pkcs12
    mine = sorted(path for path in _secret_files(examined) if path != signing or not kept_by_another(path))
    wrong = [line for path in mine if (line := _secret(path))]
    yield from wrong or [good(SECRETS, "lisibles par leur seul propriétaire")]


def writing(examined: Examined) -> Iterator[Line]:
    """Base and documents are written by whoever runs this."""
    places = [examined.settings.stockage.documents]
    if examined.base.on_sqlite:
        places += [examined.base.file, examined.base.file.parent]
    wrong = [one for one in places if one.exists() and not os.access(one, os.W_OK)]
    for one in wrong:
        remedy = f"Rendez-le au compte qui lance la journée (chown -R), ou lancez ceci par : sudo -u {_owner(one)}"
        yield bad(WRITING, f"ce compte ne peut pas écrire {one}", remedy)
    if not wrong:
        yield good(WRITING, "base et documents")


def _secret(path: Path) -> Line | None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        return bad(SECRETS, f"{path} : {reason(error)}", "Remettez ce fichier, ou corrigez sa référence.")
    if mode & 0o077:
        return bad(SECRETS, f"d'autres comptes peuvent lire {path}", f"chmod 600 {path}")
    if not os.access(path, os.R_OK):
        return bad(
            SECRETS, f"ce compte ne peut pas lire {path}", "Donnez-le à ce compte (chown), ou lancez ceci sous le sien."
        )
    return None


def _secret_files(examined: Examined) -> set[Path]:
    """Return the files that secrets are said to be in, and those that hold a key."""
    settings = examined.settings
    named = {examined.folder / one.removeprefix(REFERENCE) for one in _texts(examined.house.values) if _is_file(one)}
    neighbours = [one.certificat for one in (settings.s2low, settings.parapheur) if one]
    return named | {one for one in (settings.signature.pkcs12, *neighbours) if one is not None}


def _is_file(text: str) -> bool:
    return text.startswith(REFERENCE)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"#{path.stat().st_uid}"
