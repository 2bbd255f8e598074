"""The base of every configuration section: frozen, unknown keys refused, paths relative to the file."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo


class Section(BaseModel):
    """One table of the TOML file; its keys are French words."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _from_the_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        return folder / path.expanduser()
    except RuntimeError as error:
        message = f"« {path} » : ce compte n'a pas de dossier personnel sur cette machine, donnez un chemin entier"
        raise ValueError(message) from error


LocalPath = Annotated[Path, AfterValidator(_from_the_file)]
"""A path written in the configuration, relative to the folder of the configuration file."""


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"Le fuseau horaire « {zone} » n'existe pas : « Europe/Paris » par exemple"
        raise ValueError(message) from error
    return zone


Zone = Annotated[str, AfterValidator(_known)]
"""A time zone by its name."""
