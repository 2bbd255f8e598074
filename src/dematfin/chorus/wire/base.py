"""Reading Chorus Pro's answers: every key may be absent or null, ids and amounts may be text, lists are open."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from dematfin.chorus.dates import day
from dematfin.domain import money
from dematfin.errors import BadAnswer

WHOLE: Final = re.compile("-?[0-9]{1,19}", re.ASCII)

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value).strip())]
"""Text, or a number given as such: ids are 64-bit integers that sometimes come as strings."""


def number(value: Any) -> int | None:
    """Return a whole number given as such or as text; None when it is something else."""
    text = str(value).strip()
    return int(text) if WHOLE.fullmatch(text) else None


def amount(value: Any) -> Decimal | None:
    """Return an amount given as a number or as text; None when it is something else."""
    try:
        return money.parse(f"{value:f}" if isinstance(value, Decimal) else str(value))
    except ValueError:
        return None


Number = Annotated[int, BeforeValidator(lambda value: number(value) or 0)]
Yes = Annotated[bool, BeforeValidator(lambda value: str(value).strip().lower() in {"true", "1", "oui"})]
Amount = Annotated[Decimal | None, BeforeValidator(amount)]
"""None when it is absent: no amount is not an amount of zero."""
Day = Annotated[date | None, BeforeValidator(lambda value: day(str(value)) if value else None)]
UnlessNo = Annotated[bool, BeforeValidator(lambda value: str(value).strip().lower() not in {"false", "0", "non"})]


class Wire(BaseModel):
    """One JSON object; a key that is null, or an empty list where an object belongs, is as absent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def without_voids(cls, values: Any) -> Any:
        """Leave out what says nothing."""
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if value is not None and value != []}


W = TypeVar("W", bound=Wire)


def read(kind: type[W], value: Any) -> W:
    """Return one object; one that is absent is an object without keys.

    Raises:
        BadAnswer: the answer does not have the announced shape.
    """
    try:
        return kind.model_validate(value or {})
    except ValidationError as error:
        message = f"Chorus Pro : réponse inattendue ({kind.__name__}, {error.error_count()} valeurs illisibles)."
        raise BadAnswer(message) from error


def read_all(kind: type[W], values: Any) -> list[W]:
    """Return the objects of a list, nothing for an absent or null one; same error as `read`."""
    if values is None:
        return []
    if not isinstance(values, list):
        message = f"Chorus Pro : réponse inattendue ({kind.__name__}, une liste était attendue)."
        raise BadAnswer(message)
    return [read(kind, value) for value in values]


def inside(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside an answer; empty when it is absent, or is something else."""
    value = answer.get(name)
    return value if isinstance(value, dict) else {}
