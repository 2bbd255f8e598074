"""What a PDF would do besides being read: run code, start a program, send a form, hand over other files."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pikepdf

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import PaperRefused
from dematfin.scanning import facturx
from dematfin.scanning.words import MOST_ATTACHMENTS, attachments, name_of

MOST_OBJECTS: Final = 200_000
DEEPEST: Final = 8
ACTIONS: Final = {
    "/JavaScript": "du code (JavaScript)",
    "/Launch": "l'ouverture d'un programme",
    "/SubmitForm": "l'envoi d'un formulaire",
    "/ImportData": "la lecture d'un fichier du poste",
    "/GoToR": "l'ouverture d'un autre document",
}
FILES: Final = "des fichiers joints"
UNREADABLE: Final = "Le PDF est protégé ou abîmé."


def lively(pdf: Path) -> tuple[str, ...]:
    """Return, in French, what a PDF holds that a page does not need; a structured invoice is expected.

    Raises:
        PaperRefused: not a PDF that can be read.
    """
    try:
        with pikepdf.open(pdf, suppress_warnings=True) as document:
            return tuple(dict.fromkeys((*_actions(document), *_files(document))))
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, RecursionError) as error:
        raise PaperRefused(Reason.DAMAGED, UNREADABLE) from error


def _actions(document: pikepdf.Pdf) -> Iterator[str]:
    for one in islice(document.objects, MOST_OBJECTS):
        yield from _in(one, 0)


def _in(one: Any, depth: int) -> Iterator[str]:
    """Look into an object for actions, also those written inside it."""
    if isinstance(one, pikepdf.Dictionary):
        words = ACTIONS.get(str(one.get("/S", ""))) or ("/JS" in one and ACTIONS["/JavaScript"])
        if words:
            yield words
        inside = [value for _, value in one.items()]
    else:
        inside = list(one) if isinstance(one, pikepdf.Array) else []
    if depth < DEEPEST:
        for value in inside:
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
                yield from _in(value, depth + 1)


def _files(document: pikepdf.Pdf) -> Iterator[str]:
    names = (name_of(one) for one in islice(attachments(document), MOST_ATTACHMENTS))
    if any(name not in facturx.names for name in names):
        yield FILES
