"""Orphans: certified credit notes whose invoice is not to mandate, each told with what to do about it."""

from collections.abc import Iterable

from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.liquidation import corrects
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.domain.money import french
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.made_elsewhere import made_elsewhere
from dematfin.steps.outcome import Tally


def tell_orphans(app: App, certified: Iterable[Invoice], notes: Iterable[Invoice], tally: Tally) -> None:
    """Tell what becomes of the credit notes that no invoice is left to net."""
    orphans = [note for note in notes if not any(corrects(note, invoice) for invoice in certified)]
    with app.ledger.reading() as books:
        for note in orphans:
            tally.note(_sentence(note, mandat_of(app, books, note), editor=app.policy.budget(note.siret).editor))


def mandat_of(app: App, books: Books, note: Invoice) -> Mandat | None:
    """Return the mandat of the invoice that a credit note corrects, if it was mandated here."""
    key = normalised(note.content.origin_number)
    found = books.find(Invoice, supplier_siren=note.supplier_siren, number_key=key, state=InvoiceState.TO_PAY)
    paid = {one.id: one for one in found if key and corrects(note, one)}
    if not paid:
        return None
    named = books.find(Mandat, reference=tuple({one.number for one in paid.values()}))
    made = (*named, *made_elsewhere(app, books, paid.values()))
    alive = [one for one in made if one.state is not MandatState.CANCELLED]
    return next((one for one in alive if paid.keys() & set(one.invoice_ids)), None)


def _sentence(note: Invoice, mandat: Mandat | None, *, editor: bool) -> str:
    what = f"Avoir {note.id} de {french(note.ttc)} : "
    if editor:
        which = "à déduire de sa facture" if mandat is None else f"à reprendre sur le mandat n° {mandat.number}"
        return f"{what}{which} dans le logiciel financier, puis importez son flux ({IMPORT})."
    if mandat is None:
        return (
            f"{what}la facture « {note.content.origin_number or 'non citée'} » n'est pas à mandater. Si elle est déjà "
            "payée, voyez avec le comptable."
        )
    return (
        f"{what}la facture « {note.content.origin_number} » est déjà mandatée ({mandat.id}). Réduisez ce mandat : "
        f"dematfin mandat reduire {mandat.id} --avoir {note.id}"
    )
