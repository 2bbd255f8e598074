"""What of a configuration goes with a backup, and what a person has to bring to a new machine."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from dematfin.config.house import House
from dematfin.config.reading import LARGEST
from dematfin.errors import ConfigError, DematfinError
from dematfin.support.refusals import reason

FOLDER: Final = "configuration"
REMAINS: Final = f"{FOLDER}/A-REMETTRE.txt"
SECRETS: Final = ("secret:", "fichier:", "env:")
HEAD: Final = """\
Ce que cette sauvegarde ne contient pas, et qu'une nouvelle machine doit retrouver.

- Les secrets ne sont jamais copiés : remettez-les, ou demandez-en d'autres à qui les a donnés.
- Les dossiers et fichiers ci-dessous sont nommés par la configuration. Les documents et la base reviennent par
  « dematfin restauration » ; les dossiers partagés avec d'autres logiciels se remontent tels quels, sans restaurer.
- Les schémas officiels : dematfin xsd installer. Les unités de systemd : dematfin config unites /etc/systemd/system.
"""


def files_of(path: Path, houses: tuple[House, ...]) -> dict[str, bytes]:
    """Return the files of a configuration, by the names that they have in a backup, and the list of what remains."""
    beside = path.with_name("commun.toml")
    found = sorted(path.glob("*.toml")) if path.is_dir() else [path, *([beside] if beside.is_file() else [])]
    try:
        contents = {f"{FOLDER}/{one.name}": _content(one) for one in found}
    except OSError as error:
        message = f"La configuration {path} ne se lit pas : {reason(error)}."
        raise ConfigError(message) from error
    return contents | {REMAINS: remains(houses).encode()}


def remains(houses: tuple[House, ...]) -> str:
    """Say which secrets, files and folders a configuration names, that no backup holds."""
    return HEAD + "".join(f"\n{one.label}\n" + "".join(f"  {line}\n" for line in _named(one)) for one in houses)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)


def _named(house: House) -> Iterator[str]:
    yield from (f"secret   {key} : {value}" for key, value in _secrets(house.values))
    try:
        settings = house.settings()
    except DematfinError:
        return
    for key, path in _paths(settings):
        kind = "dossier" if path.is_dir() else "fichier"
        yield f"{kind}  {key} : {os.fspath(path)}"


def _secrets(values: Any, above: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from _secrets(value, f"{above}.{key}" if above else str(key))
    elif isinstance(values, list):
        for value in values:
            yield from _secrets(value, above)
    elif isinstance(values, str) and values.startswith(SECRETS):
        yield above, values


def _paths(section: BaseModel, above: str = "") -> Iterator[tuple[str, Path]]:
    for name in type(section).model_fields:
        value, key = getattr(section, name), f"{above}{name}"
        if isinstance(value, BaseModel):
            yield from _paths(value, f"{key}.")
        elif isinstance(value, Path):
            yield key, value
