"""What a form says, read with care: a browser may send anything under any name."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from starlette.datastructures import FormData, UploadFile

from dematfin.domain import money
from dematfin.domain.visa.decision import Motive
from dematfin.errors import RuleError
from dematfin.web.words import legible

DATES: Final = ("%Y-%m-%d", "%d/%m/%Y")
"""What a date field sends, and what people type where there is none."""
UNSEEN: Final = "-"
"""Fingerprint of no document: a form that does not say what was shown decides nothing."""


def text(form: Mapping[str, UploadFile | str], name: str) -> str:
    """Return one line or several, without what no reader can see."""
    value = form.get(name, "")
    words = value if isinstance(value, str) else ""
    return legible(words.replace("\t", " ")).strip()


def texts(form: FormData, name: str) -> tuple[str, ...]:
    """Return every value that was ticked under one name, each once."""
    return tuple(dict.fromkeys(legible(value) for value in form.getlist(name) if isinstance(value, str)))


def day(form: Mapping[str, UploadFile | str], name: str, what: str) -> date | None:
    """Return a date, None when the field is empty, or raise RuleError."""
    typed = text(form, name)
    for pattern in DATES:
        try:
            return datetime.strptime(typed, pattern).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    if typed:
        message = f"{what} : « {typed[:40]} » n'est pas une date. Écrivez par exemple 09/03/2026."
        raise RuleError(message)
    return None


def needed_day(form: FormData, name: str, what: str) -> date:
    """Return a date that must be there, or raise RuleError."""
    found = day(form, name, what)
    if found is None:
        message = f"{what} : donnez la date."
        raise RuleError(message)
    return found


def amount(form: Mapping[str, UploadFile | str], name: str, what: str) -> Decimal | None:
    """Return an amount, None when the field is empty, or raise RuleError."""
    typed = text(form, name)
    if not typed:
        return None
    try:
        return money.typed(typed)
    except ValueError as error:
        message = f"{what} : « {typed[:40]} » n'est pas un montant. Écrivez par exemple 1234,50."
        raise RuleError(message) from error


def motive(form: FormData, name: str) -> Motive:
    """Return the motive that was chosen, or raise RuleError."""
    try:
        return Motive(text(form, name))
    except ValueError as error:
        message = "Choisissez le motif du refus dans la liste."
        raise RuleError(message) from error


def upload(form: FormData, name: str) -> UploadFile:
    """Return the file that was chosen, or raise RuleError."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        message = "Choisissez le document à joindre."
        raise RuleError(message)
    return value
