"""Several collectivités in one configuration: what they share is written once, each says what is its own.

Three forms, told apart by what they are:

- a file of one collectivité: the sections, as in `config.example.toml`;
- a file of several: `[commun]` holds the shared sections, `[collectivites.<SIRET>]` what one of them adds or replaces;
- a folder: `commun.toml` holds the shared sections, each other `*.toml` is a file of one collectivité.

In a text, `{collectivite}` stands for the SIRET of the collectivité that inherits it. What is about the whole process,
`[service]`, is written with what is shared.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dematfin.config.apart import troubles
from dematfin.config.house import House
from dematfin.config.inherited import merged, placed, section
from dematfin.config.reading import values_of
from dematfin.config.service import ServiceSettings
from dematfin.config.settings import Settings
from dematfin.domain.parties.siret import compact, is_valid
from dematfin.errors import ConfigError
from dematfin.support.refusals import reason

SHARED: Final = "commun"
EACH: Final = "collectivites"
OF_ALL: Final = "service"
"""The section that is about the whole process."""
FEW: Final = 3


__all__ = ["House", "house", "houses", "load"]


def houses(path: Path) -> tuple[House, ...]:
    """Return the collectivités of a configuration: one that is wrong hides none of the others.

    Raises:
        ConfigError: nothing can be read of it.
    """
    found = tuple(_in_folder(path) if os.path.isdir(path) else _in_file(path))  # noqa: PTH112 - no right is no folder
    if not found:
        message = f"La configuration {path} ne contient aucune collectivité."
        raise ConfigError(message)
    between = troubles(found)
    return tuple(replace(one, trouble=one.trouble or between.get(place, "")) for place, one in enumerate(found))


def load(path: Path, siret: str = "") -> Settings:
    """Return the settings of one collectivité of a configuration; `siret` may be left out where there is only one."""
    return house(path, siret).settings()


def house(path: Path, siret: str = "") -> House:
    """Return one collectivité of a configuration; raises ConfigError when it has to be chosen, or is not there."""
    found = houses(path)
    asked = compact(siret)
    if not asked and len(found) == 1:
        return found[0]
    for one in found:
        if asked and one.siret == asked:
            return one
    raise ConfigError(_to_choose(path, found, asked))


def _to_choose(path: Path, found: tuple[House, ...], asked: str) -> str:
    """Say which collectivités there are, few of them, and how one is chosen."""
    few = ", ".join(one.label for one in found[:FEW])
    more = f"… et {len(found) - FEW} de plus" if len(found) > FEW else ""
    unnamed = [one.where for one in found if not one.siret]
    lost = f" Sans SIRET lisible : {', '.join(unnamed[:FEW])}." if asked and unnamed else ""
    what = f"n'a pas de collectivité {asked}" if asked else f"contient {len(found)} collectivités"
    return (
        f"La configuration {path} {what} : {few}{more}.{lost} Choisissez-en une avec --siret, ou avec la variable "
        "DEMATFIN_SIRET ; « dematfin collectivite liste » les montre toutes."
    )


def _in_file(path: Path) -> Iterator[House]:
    values = values_of(path)
    folder = path.resolve().parent
    if EACH not in values and SHARED not in values:
        yield _house(merged(_beside(path), values), folder, str(path))
        return
    shared, each = _two_parts(path, values)
    for key, own in each.items():
        where = f"{path}, collectivité {key}"
        if isinstance(own, Mapping):
            one = _house(merged(shared, merged(own, {"collectivite": {"siret": key}})), folder, where)
            yield replace(one, trouble=_misnamed(where, key, own) or _of_all(where, own))
        else:
            yield _unusable(folder, where, f"{where} : une section est attendue, qui commence par [{EACH}.{key}].")


def _in_folder(path: Path) -> Iterator[House]:
    shared = _beside(path / SHARED)
    for one in _files(path):
        try:
            own = values_of(one)
        except ConfigError as error:
            yield _unusable(path, str(one), str(error))
        else:
            found = _house(merged(shared, own), path.resolve(), str(one))
            where = f"{one}, collectivité {found.siret}" if found.siret else str(one)
            yield replace(found, where=where, trouble=_of_all(where, own))


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder that are each of one collectivité; what editors hide is nobody's."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are enough
    except OSError as error:
        message = f"Le dossier de configuration {folder} est illisible : {reason(error)}."
        raise ConfigError(message) from error
    ours = (name for name in names if name.endswith(".toml") and not name.startswith("."))
    return [folder / name for name in sorted(ours) if name != f"{SHARED}.toml"]


def _beside(path: Path) -> dict[str, Any]:
    """Return what is shared with the files of the same folder."""
    beside = path.with_name(f"{SHARED}.toml")
    return values_of(beside) if beside != path and os.path.lexists(beside) else {}


def _two_parts(path: Path, values: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what is shared and what is each one's; raises ConfigError on what is neither."""
    if stray := sorted(values.keys() - {SHARED, EACH}):
        message = (
            f"La configuration {path} est celle de plusieurs collectivités : « {stray[0]} » n'y est à personne. "
            f"Écrivez [{SHARED}.{stray[0]}] pour toutes, ou [{EACH}.SIRET.{stray[0]}] pour une seule."
        )
        raise ConfigError(message)
    for name in values:
        if not isinstance(values[name], Mapping):
            message = f"La configuration {path} : {name} est une section, qui s'écrit [{name}…] et non {name} = …"
            raise ConfigError(message)
    return section(values, SHARED), section(values, EACH)


def _house(values: dict[str, Any], folder: Path, where: str) -> House:
    own = section(values, "collectivite")
    written, name = compact(str(own.get("siret", ""))), str(own.get("nom", ""))
    siret = written if is_valid(written) else ""
    return House(siret=siret, name=name, folder=folder, where=where, values=placed(values, siret))


def _unusable(folder: Path, where: str, trouble: str) -> House:
    return House(siret="", name="", folder=folder, where=where, values={}, trouble=trouble)


def _misnamed(where: str, key: str, own: Mapping[str, Any]) -> str:
    """Say that the key and the section of one collectivité name two."""
    written = str(section(own, "collectivite").get("siret", key))
    if compact(written) == compact(key):
        return ""
    return (
        f"{where} : la clé [{EACH}.{key}] et collectivite.siret ({written}) disent deux SIRET. Gardez le bon, partout."
    )


def _of_all(where: str, own: Mapping[str, Any]) -> str:
    """Say that one collectivité decides for all."""
    if OF_ALL not in own:
        return ""
    return f"{where} : [{OF_ALL}] est le même pour toutes les collectivités. Écrivez-le une fois, dans {SHARED}."


def service_of(found: Iterable[House]) -> ServiceSettings:
    """Return what the process that serves them all is told: it is the same for each; its own where none can be read."""
    for one in found:
        with suppress(ConfigError):
            return one.settings().service
    return ServiceSettings()
