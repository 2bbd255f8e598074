"""One invoice for whoever looks at those of all services: its story, its documents, its legal delay."""

from dataclasses import dataclass

from dematfin.acts.consult import Story, story
from dematfin.domain.delay.dgp import Dgp
from dematfin.domain.invoice.indexed import Indexed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.folder import folder_id
from dematfin.ports.app import App
from dematfin.steps import papers as steps
from dematfin.steps.papers import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One invoice with all that is known of it.

    Attributes:
        names: of persons, by id.
        has_folder: its visa folder, in this episode, may be opened.
        unread: why some documents are not found by their text.
    """

    story: Story
    papers: tuple[Paper, ...]
    delay: Dgp
    names: dict[str, str]
    has_folder: bool
    unread: tuple[str, ...]


def whole(app: App, who: Person, invoice_id: str) -> Whole:
    """Return one invoice and everything around it; raises Forbidden before it says whether there is one."""
    who.require(Act.OVERSEE)
    told = story(app, who, invoice_id)
    with app.ledger.reading() as books:
        return Whole(
            story=told,
            papers=steps.papers(books, told.invoice),
            delay=told.invoice.delay(app.policy.days_for(told.invoice)),
            names={person.id: person.name for person in books.find(Person)},
            has_folder=folder_id(invoice_id, told.invoice.episode) in {one.id for one in told.folders},
            unread=next((one.unread for one in books.find(Indexed, id=invoice_id)), ()),
        )


def papers(app: App, who: Person, invoice_id: str) -> tuple[Paper, ...]:
    """Return the documents of an invoice; raises as `whole`."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return steps.papers(books, books.get(Invoice, invoice_id))
