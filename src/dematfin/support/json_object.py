"""Reading a JSON object that others may have written: one error for all that it is not."""

import json
import math
from pathlib import Path
from typing import Any, Final, NoReturn

LARGEST: Final = 1_000_000
"""Bytes of a note kept in a folder."""


def json_object(data: bytes) -> dict[str, Any]:
    """Return the object of a JSON text, its numbers finite.

    Raises:
        ValueError: it is no JSON, another kind of value, or nested without end.
    """
    try:
        told = json.loads(data, parse_float=_finite, parse_constant=_no_number)
    except RecursionError as error:
        message = "nested without end"
        raise ValueError(message) from error
    if not isinstance(told, dict):
        message = "another kind of value than an object"
        raise ValueError(message)  # noqa: TRY004 - a fault of the text, not of who calls
    return told


def noted(path: Path) -> dict[str, Any]:
    """Return the object of a small file; raises OSError, and ValueError as `json_object`."""
    with path.open("rb") as source:
        data = source.read(LARGEST + 1)
    if len(data) > LARGEST:
        message = "too large for a note"
        raise ValueError(message)
    return json_object(data)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    message = f"no number: {text[:20]}"
    raise ValueError(message)
