"""The base of every configuration section: frozen, unknown keys refused, paths relative to the file."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo


class Section(BaseModel):
    """One table of the TOML file; its keys are French words."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _from_the_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path.expanduser()


LocalPath = Annotated[Path, AfterValidator(_from_the_file)]
"""A path written in the configuration, relative to the folder of the configuration file."""
