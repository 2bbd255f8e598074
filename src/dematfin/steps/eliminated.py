"""Which documents were eliminated: what says « éliminé » where another would say « manquant »."""

from collections.abc import Set

from dematfin.domain.retention.elimination import Eliminated, Elimination, Gone
from dematfin.ports.ledger import Books


def eliminated(books: Books, fingerprints: Set[str]) -> dict[str, Eliminated]:
    """Return, of some documents by their SHA-256, those that were eliminated, with when and under which visa.

    One that is still there, because something else names it, is not among them.
    """
    return {one.id: one for one in books.find(Eliminated, id=fingerprints, kept_for="")}


def gone(books: Books, dossier_id: str) -> str:
    """Say, in French, that a dossier was eliminated, when and under which visa; an empty text when it was not."""
    for one in books.find(Gone, id=dossier_id):
        elimination = books.get(Elimination, one.elimination)
        return f"Documents éliminés le {one.at:%d/%m/%Y}, visa {elimination.visa} (élimination {elimination.id})."
    return ""
