"""From what somebody has at hand, an id or the number that a neighbour gives it, to the one thing that it means."""

from collections.abc import Iterator
from typing import Final

from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.ledger import Books

LONGEST: Final = 100
"""Of an identifier: nothing longer is one."""
DIGITS: Final = 9
"""Of the number of a mandat, at most."""


def resolved(books: Books, typed: str) -> tuple[Subject, str]:
    """Return the kind and the id of what is meant.

    Raises:
        UnknownRecord: nothing is called so; RuleError: several things are, the message names them.
    """
    text = typed.strip()
    if not 0 < len(text) <= LONGEST:
        message = (
            "Donnez un identifiant : facture F2026-000012, mandat M2026-000012, bordereau COMMUNE-2026-42, flux "
            "PESALR1_…, import E2026-000003"
        )
        raise RuleError(message)
    found = tuple(dict.fromkeys(_named(books, text))) or tuple(dict.fromkeys(_numbered(books, text)))
    if not found:
        message = (
            f"« {text} » n'existe pas : ni facture, ni mandat, ni bordereau, ni flux, ni import, ni numéro de Chorus "
            "Pro ou du TdT. Cherchez la facture par ce que vous en savez (dematfin facture chercher)."
        )
        raise UnknownRecord(message)
    if len(found) > 1:
        listed = ", ".join(f"{subject} {key}" for subject, key in found)
        message = f"« {text} » désigne plusieurs choses : {listed}. Redonnez la commande avec l'identifiant voulu."
        raise RuleError(message)
    return found[0]


def _named(books: Books, text: str) -> Iterator[tuple[Subject, str]]:
    """Yield what has this id; ids are typed in any case."""
    keys = (text, text.upper())
    yield from ((Subject.INVOICE, one.id) for one in books.find(Invoice, id=keys))
    yield from ((Subject.MANDAT, one.id) for one in books.find(Mandat, id=keys))
    yield from ((Subject.BORDEREAU, one.id) for one in books.find(Bordereau, id=keys))
    yield from ((Subject.FLUX, one.id) for one in books.find(Flux, id=keys))
    yield from ((Subject.EDITOR_FLOW, one.id) for one in books.find(EditorFlow, id=keys))


def _numbered(books: Books, text: str) -> Iterator[tuple[Subject, str]]:
    """Yield what somebody else calls so: Chorus Pro, the TdT, the finance software, the comptable by a number."""
    yield from ((Subject.INVOICE, one.id) for one in books.find(Invoice, remote_id=text))
    yield from ((Subject.FLUX, one.id) for one in books.find(Flux, remote_id=text))
    yield from ((Subject.FLUX, one.flux) for one in books.find(Attempt, remote_id=text))
    yield from ((Subject.EDITOR_FLOW, one.id) for one in books.find(EditorFlow, nomfic=text))
    if text.isascii() and text.isdecimal() and len(text) < DIGITS + 1:
        yield from ((Subject.MANDAT, one.id) for one in books.find(Mandat, number=int(text)) if int(text))
        yield from ((Subject.BORDEREAU, one.id) for one in books.find(Bordereau, number=int(text), editor=True))
