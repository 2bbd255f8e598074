"""Lines of a ventilation as agents type them: `nature=60612,fonction=020,part=70%`."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NoReturn

import typer

from dematfin.cli.amounts import euros
from dematfin.domain import money
from dematfin.domain.mandat.ventilation import Asked

OPTION: Final = "--ligne"
BETWEEN: Final = re.compile(r",(?=\s*[a-zé]+\s*=)")
"""A comma before another field; one inside an amount stands before a digit."""
SECTIONS: Final = {"F": False, "I": True}
LONGEST: Final = 200


def line(text: str) -> Asked:
    """Return one line; raises BadParameter, with what was expected."""
    if len(text) > LONGEST:
        _refuse(f"« {text[:40]}… » : c'est trop long pour une ligne.")
    said: dict[str, Any] = {}
    for field in BETWEEN.split(text):
        name, equals, value = (part.strip() for part in field.partition("="))
        if not equals or name not in FIELDS:
            _refuse(f"« {field.strip()} » : écrivez champ=valeur, un champ parmi {', '.join(FIELDS)}.")
        key, read = FIELDS[name]
        if key in said:
            _refuse(f"« {text} » : le champ {name} y est deux fois.")
        said[key] = read(value)
    return Asked(**said)


def _digits(value: str) -> str:
    if value and not (value.isascii() and value.isdigit()):
        _refuse(f"« {value} » : des chiffres sont attendus.")
    return value


def _account(value: str) -> str:
    if not value:
        _refuse("une ligne a toujours un compte : nature=60612 par exemple.")
    return _digits(value)


def _percent(value: str) -> Decimal:
    try:
        return money.parse(value.removesuffix("%").strip().replace(",", "."))
    except ValueError as error:
        message = f"« {value} » n'est pas une part ; écrivez par exemple part=70%."
        _refuse(message, error)


def _section(value: str) -> bool:
    if value.upper() not in SECTIONS:
        _refuse(f"« {value} » : la section est F (fonctionnement) ou I (investissement).")
    return SECTIONS[value.upper()]


def _refuse(message: str, cause: Exception | None = None) -> NoReturn:
    raise typer.BadParameter(message, param_hint=OPTION) from cause


FIELDS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "nature": ("nature", _account),
    "fonction": ("fonction", _digits),
    "operation": ("operation", _digits),
    "section": ("investment", _section),
    "engagement": ("engagement", str),
    "marche": ("marche", str),
    "inventaire": ("inventaire", str),
    "part": ("percent", _percent),
    "montant": ("amount", lambda value: euros(value, OPTION)),
}
