"""Reading a configuration file, and saying in French what is wrong with it."""

import re
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dematfin.config.settings import Settings
from dematfin.errors import ConfigError
from dematfin.support.refusals import reason

LARGEST: Final = 4_000_000
"""Bytes of a file; a block of one collectivité among four hundred takes less than a thousand."""
DEEPEST: Final = 20
"""Sections and lists inside one another; ours go down to seven."""
WORDS: Final = {
    "extra_forbidden": "clé inconnue",
    "missing": "clé obligatoire absente",
    "string_pattern_mismatch": "valeur mal formée, voyez l'exemple de config.example.toml",
    "string_too_long": "texte trop long ({max_length} caractères au plus)",
    "string_too_short": "valeur vide",
    "literal_error": "valeur inconnue (attendu : {expected})",
    "enum": "valeur inconnue (attendu : {expected})",
    "greater_than_equal": "valeur trop petite ({ge} au moins)",
    "less_than_equal": "valeur trop grande ({le} au plus)",
    "value_error": "{error}",
}
KINDS: Final = {
    "int": "nombre entier attendu",
    "bool": "true ou false attendu",
    "string": "texte attendu, entre guillemets",
    "path": "chemin attendu, entre guillemets",
    "decimal": "nombre attendu, entre guillemets",
    "float": "nombre attendu",
    "tuple": "liste attendue, entre crochets",
    "frozen": "liste attendue, entre crochets",
    "date": "date attendue, par exemple 2026-05-15",
}
"""French for Pydantic's own words: the mistakes that people make, then the kind of value, its first word."""


def values_of(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds, as it is.

    Raises:
        ConfigError: it cannot be read, or is not TOML.
    """
    try:
        return _bounded(path, tomllib.loads(_text(path)))
    except OSError as error:
        message = f"La configuration {path} est illisible : {reason(error)}. Indiquez la bonne avec l'option -c."
        raise ConfigError(message) from error
    except UnicodeDecodeError as error:
        message = f"La configuration {path} n'est pas un texte en UTF-8. Réenregistrez-la dans cet encodage."
        raise ConfigError(message) from error
    except tomllib.TOMLDecodeError as error:
        message = f"La configuration {path} n'est pas un fichier TOML correct : voyez {_place(error)}."
        raise ConfigError(message) from error
    except RecursionError as error:
        raise ConfigError(_too_deep(path)) from error
    except ValueError as error:
        message = f"La configuration {path} n'est pas un fichier TOML correct : un nombre y est démesuré."
        raise ConfigError(message) from error


def _text(path: Path) -> str:
    """Return the text of a file, never more of it than a configuration can hold; Windows begins it with a mark."""
    if not stat.S_ISREG(path.stat().st_mode):
        message = f"La configuration {path} n'est pas un fichier. Indiquez la bonne avec l'option -c."
        raise ConfigError(message)
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        message = f"{path} : ce fichier est trop grand pour une configuration."
        raise ConfigError(message)
    return data.decode("utf-8-sig")


def _bounded(path: Path, values: dict[str, Any]) -> dict[str, Any]:
    """Return values that go no deeper than a configuration does: they are walked through by recursion."""
    level: list[Any] = [values]
    for _ in range(DEEPEST):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for several in inner for one in several if isinstance(one, dict | list)]
    if level:
        raise ConfigError(_too_deep(path))
    return values


def _too_deep(path: Path) -> str:
    return f"La configuration {path} n'est pas utilisable : des sections y sont emboîtées sans fin."


def settings_of(values: dict[str, Any], folder: Path, where: str) -> Settings:
    """Return the settings of one collectivité; `folder` is where relative paths begin, `where` names what is read.

    Raises:
        ConfigError: telling each key that is unknown, missing or wrong.
    """
    try:
        return Settings.model_validate(values, context={"folder": folder})
    except ValidationError as error:
        message = f"La configuration {where} contient des erreurs :\n" + "\n".join(_explain(error))
        raise ConfigError(message) from error


def _place(error: tomllib.TOMLDecodeError) -> str:
    """Say where a file stops being TOML; what the parser says besides is English."""
    found = re.search(r"at line (\d+), column (\d+)", str(error))
    return f"la ligne {found[1]}, colonne {found[2]}" if found else "la fin du fichier"


def _explain(error: ValidationError) -> list[str]:
    """Say what is wrong with each key; the value itself may be a secret and is not shown."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"]) or "fichier"
        kind = problem["type"]
        words = WORDS.get(kind) or KINDS.get(kind.partition("_")[0], "valeur inutilisable, voyez config.example.toml")
        lines.append(f"  - {place} : {words.format(**problem.get('ctx', {})).replace(' or ', ' ou ')}")
    return lines
