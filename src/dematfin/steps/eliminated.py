"""Which documents were eliminated: what says « éliminé » where another would say « manquant »."""

from collections.abc import Set

from dematfin.domain.retention.elimination import Eliminated
from dematfin.ports.ledger import Books


def eliminated(books: Books, fingerprints: Set[str]) -> dict[str, Eliminated]:
    """Return, of some documents by their SHA-256, those that were eliminated, with when and under which visa.

    One that is still there, because something else names it, is not among them.
    """
    return {one.id: one for one in books.find(Eliminated, id=fingerprints, kept_for="")}
