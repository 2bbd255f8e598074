"""The visa slip as its readers download it: the one that was kept, or a provisional one."""

from dataclasses import dataclass

from dematfin.acts.visa_views import view
from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.steps.slips import slip_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipFile:
    """A slip in PDF, with a name to give it."""

    name: str
    pdf: bytes
    provisional: bool


def slip(app: App, who: Person, invoice_id: str) -> SlipFile:
    """Return the slip of an invoice; as long as none is kept, one that says so, and is kept nowhere.

    Raises:
        Forbidden; UnknownRecord: no such invoice, or not for this person's eyes; RuleError: it never went to a visa.
    """
    who.require(Act.READ)
    seen = view(app, who, invoice_id)
    if (kept := seen.folder.slip) is not None:
        with app.documents.open(kept) as source:
            pdf = source.read()
    else:
        with app.ledger.reading() as books:
            pdf = app.letters.slip(slip_of(app, books, seen.invoice, seen.folder, provisional=True))
    mark = "-provisoire" if kept is None else ""
    return SlipFile(name=f"fiche-visa-{invoice_id}{mark}.pdf", pdf=pdf, provisional=kept is None)
