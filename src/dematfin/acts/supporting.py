"""Documents that a service adds to a folder: delivery note, attachement, procès-verbal."""

from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.supporting import Supporting, media_type, shown_name
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.folders import keep_folder, supporting
from dematfin.steps.sitting import Sitting, check_awaited, sit_at


def attach(app: App, who: Person, invoice_id: str, name: str, data: bytes) -> Supporting:
    """Add a document to a folder that awaits this person; what was decided before it is to be decided again.

    Raises:
        Forbidden, Conflict; DocumentError: neither a PDF nor a picture, or too large; RuleError: an earlier desk has
            decided, and this collectivité does not reopen circuits.
    """
    app = app.on_behalf_of(who, Act.VISA)
    name = shown_name(name)
    kind = media_type(name, data)
    document = app.documents.put(data)
    with app.ledger.transaction() as books:
        at = sit_at(app, books, who, invoice_id)
        check_awaited(books, at)
        there = supporting(books, at.folder.id)
        if twin := next((one for one in there if one.document == document), None):
            return twin
        added = Supporting(
            id=f"{at.folder.id}/{len(there) + 1:03d}",
            folder=at.folder.id,
            invoice_id=invoice_id,
            name=name,
            media_type=kind,
            document=document,
            added_by=who.id,
            added_at=app.clock.now(),
        )
        books.save(added)
        keep_folder(app, books, at.folder, at.folder, at.invoice, f"« {name} » joint par {who.name}")
        if at.folder.certified_by():
            _start_again(app, books, at, name)
    return added


def _start_again(app: App, books: Books, at: Sitting, name: str) -> None:
    """What an earlier desk said, it said of other documents: never in silence."""
    if not app.policy.reopens:
        message = (
            f"Facture {at.invoice.id} : un bureau l'a déjà visée sans « {name} », qui n'est pas joint. Refusez-la, ou "
            "faites reprendre son visa à qui l'a donné (visa annuler)."
        )
        raise RuleError(message)
    again = at.folder.reopened()
    motif = f"document ajouté après un visa : le circuit reprend au bureau {again.desk}"
    keep_folder(app, books, at.folder, again, at.invoice, motif)
