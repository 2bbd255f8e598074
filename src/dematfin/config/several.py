"""Several collectivités in one configuration: what they share is written once, each says what is its own.

Three forms, told apart by what they are:

- a file of one collectivité: the sections, as in `config.example.toml`;
- a file of several: `[commun]` holds the shared sections, `[collectivites.<SIRET>]` what one of them adds or replaces;
- a folder: `commun.toml` holds the shared sections, each other `*.toml` is a file of one collectivité.

In a shared text, `{collectivite}` stands for the SIRET of the collectivité that inherits it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dematfin.config.reading import settings_of, values_of
from dematfin.config.settings import Settings
from dematfin.errors import ConfigError

SHARED: Final = "commun"
EACH: Final = "collectivites"
PLACE: Final = "{collectivite}"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One collectivité as its configuration names it; what is wrong with it is said when its settings are asked.

    Attributes:
        siret, name: empty when its configuration does not even say so.
        folder: where its relative paths and secrets begin.
        where: what to call its configuration in a message.
        trouble: why its file could not be read.
    """

    siret: str
    name: str
    folder: Path
    where: str
    values: Mapping[str, Any]
    trouble: str = ""

    def settings(self) -> Settings:
        """Return its settings; raises ConfigError."""
        if self.trouble:
            raise ConfigError(self.trouble)
        return settings_of(dict(self.values), self.folder, self.where)


def houses(path: Path) -> tuple[House, ...]:
    """Return the collectivités of a configuration: one that is wrong hides none of the others.

    Raises:
        ConfigError: nothing can be read of it, or a SIRET comes twice.
    """
    found = tuple(_in_folder(path) if path.is_dir() else _in_file(path))
    known: dict[str, House] = {}
    for one in found:
        if one.siret and one.siret in known:
            message = (
                f"Le SIRET {one.siret} est celui de deux configurations : {known[one.siret].where} et {one.where}."
            )
            raise ConfigError(message)
        known[one.siret] = one
    if not found:
        message = f"La configuration {path} ne contient aucune collectivité."
        raise ConfigError(message)
    return found


def load(path: Path, siret: str = "") -> Settings:
    """Return the settings of one collectivité of a configuration; `siret` may be left out where there is only one."""
    return house(path, siret).settings()


def house(path: Path, siret: str = "") -> House:
    """Return one collectivité of a configuration; raises ConfigError when it has to be chosen, or is not there."""
    found = houses(path)
    if not siret and len(found) == 1:
        return found[0]
    for one in found:
        if siret and one.siret == siret:
            return one
    if siret:
        message = f"La configuration {path} n'a pas de collectivité {siret}."
    else:
        message = f"La configuration {path} contient {len(found)} collectivités : choisissez-en une avec --siret."
    raise ConfigError(message)


def _in_file(path: Path) -> Iterator[House]:
    values = values_of(path)
    folder = path.resolve().parent
    if EACH not in values and SHARED not in values:
        beside = path.with_name(f"{SHARED}.toml")
        shared = values_of(beside) if beside.is_file() and beside != path else {}
        yield _house(merged(shared, values), folder, str(path))
        return
    for siret, own in values.get(EACH, {}).items():
        named = {"collectivite": {"siret": siret}}
        yield _house(merged(values.get(SHARED, {}), merged(named, own)), folder, f"{path}, collectivité {siret}")


def _in_folder(path: Path) -> Iterator[House]:
    beside = path / f"{SHARED}.toml"
    shared = values_of(beside) if beside.is_file() else {}
    for one in sorted(path.glob("*.toml")):
        if one != beside:
            try:
                values = merged(shared, values_of(one))
            except ConfigError as error:
                yield House(siret="", name="", folder=path, where=str(one), values={}, trouble=str(error))
            else:
                yield _house(values, path.resolve(), str(one))


def _house(values: dict[str, Any], folder: Path, where: str) -> House:
    own = values.get("collectivite", {})
    siret, name = str(own.get("siret", "")), str(own.get("nom", ""))
    return House(siret=siret, name=name, folder=folder, where=where, values=_placed(values, siret))


def merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one collectivité has: sections are merged key by key, anything else is replaced.

    >>> merged({"visa": {"jours": 5, "zone": "metropole"}}, {"visa": {"jours": 3}})
    {'visa': {'jours': 3, 'zone': 'metropole'}}
    """
    both = {key: merged(shared[key], own[key]) for key in own if _is_section(shared.get(key), own[key])}
    return {**shared, **own, **both}


def _is_section(shared: object, own: object) -> bool:
    return isinstance(shared, Mapping) and isinstance(own, Mapping)


def _placed(value: Any, siret: str) -> Any:
    """Return a value with the SIRET put where it is called for."""
    if isinstance(value, str):
        return value.replace(PLACE, siret)
    if isinstance(value, Mapping):
        return {key: _placed(one, siret) for key, one in value.items()}
    return [_placed(one, siret) for one in value] if isinstance(value, list) else value
