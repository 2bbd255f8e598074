"""What one thread runs through: an invoice, what pays it, what carried that, what was answered; and where it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.event import Event, Subject
from dematfin.domain.figures.next_step import AGENT, DAY, Standing, of_flux, of_import, of_invoice, of_mandat
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.meaning import CORRECTED_THERE, IMPORT
from dematfin.domain.reception import Answer
from dematfin.domain.visa.folder import VisaFolder
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Holding, Record
from dematfin.steps.made_elsewhere import MANDAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What one thread runs through; `replaced_by`: NomFic of what was sent in the place of the flow asked about.

    `editor`: the finance software makes the mandats of its invoice.
    """

    invoices: tuple[Invoice, ...] = ()
    folders: tuple[VisaFolder, ...] = ()
    mandats: tuple[Mandat, ...] = ()
    sheets: tuple[Bordereau, ...] = ()
    flows: tuple[Flux, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    answers: tuple[Answer, ...] = ()
    replaced_by: tuple[str, ...] = ()
    imports: tuple[EditorFlow, ...] = ()
    editor: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids whose history makes the thread."""
        named: tuple[Record, ...] = (*self.invoices, *self.mandats, *self.sheets, *self.flows, *self.imports)
        return tuple(dict.fromkeys(one.id for one in named))

    def concern(self, event: Event) -> bool:
        """Say whether an event is of this thread: an import says of each mandat what it pays, ours or not."""
        claim = event.data.get("mandat", "") if event.subject is Subject.EDITOR_FLOW else ""
        return not claim or any(claim.split("-")[2] == str(one.number) for one in self.mandats)


def around_invoice(app: App, books: Books, invoice: Invoice) -> Records:
    """Return an invoice with all that pays it; the journal names its mandats, so that no list is read for one."""
    told = MANDAT.findall(_motifs(app, (invoice.id,)))
    paying = [one for one in books.find(Mandat, id=tuple(told)) if invoice.id in one.invoice_ids]
    mandats = {one.id: one for one in (*paying, *_taken_back(app, books, paying))}
    found = _on_the_way(books, (invoice,), tuple(mandats[key] for key in sorted(mandats)))
    return replace(found, editor=app.policy.owns(invoice.siret) and app.policy.budget(invoice.siret).editor)


def _taken_back(app: App, books: Books, mandats: Sequence[Mandat]) -> tuple[Mandat, ...]:
    """Return the réductions of some mandats, which the journal names too."""
    ours = {one.id for one in mandats}
    named = MANDAT.findall(_motifs(app, ours))
    others = books.find(Mandat, id=tuple(named)) if named else ()
    return tuple(one for one in others if one.origin and one.origin.mandat in ours)


def _motifs(app: App, keys: Iterable[str]) -> str:
    wanted = tuple(keys)
    return " ".join(one.event.motif for one in app.ledger.history(keys=wanted)) if wanted else ""


def _on_the_way(books: Books, invoices: tuple[Invoice, ...], mandats: tuple[Mandat, ...]) -> Records:
    """Add the bordereaux that these mandats have been in, one issued again in several, and their flows."""
    ours = {mandat.id for mandat in mandats}
    years = {(mandat.siret, mandat.exercice) for mandat in mandats if mandat.bordereau or mandat.burnt or mandat.number}
    found = {
        sheet.id: sheet
        for siret, exercice in sorted(years)
        for key in sorted(ours)
        for sheet in books.find(Bordereau, siret=siret, exercice=exercice, mandats=Holding(key))
    }
    sheets = tuple(found.values())
    folders = books.find(VisaFolder, invoice_id=tuple(one.id for one in invoices)) if invoices else ()
    return _carried(books, invoices, folders, mandats, sheets)


def _carried(
    books: Books,
    invoices: tuple[Invoice, ...],
    folders: tuple[VisaFolder, ...],
    mandats: tuple[Mandat, ...],
    sheets: tuple[Bordereau, ...],
) -> Records:
    names = tuple(dict.fromkeys(name for sheet in sheets for name in (*sheet.sent_before, sheet.flux) if name))
    flows = books.find(Flux, id=names) if names else ()
    return Records(
        invoices=invoices,
        folders=folders,
        mandats=mandats,
        sheets=sheets,
        flows=flows,
        imports=_imports(books, flows),
        attempts=books.find(Attempt, flux=names) if names else (),
        answers=books.find(Answer, flux=names) if names else (),
    )


def followed(app: App, books: Books, subject: Subject, key: str) -> Records:
    """Return what the thread of an invoice, a mandat, a bordereau, a flow or an import runs through."""
    match subject:
        case Subject.INVOICE:
            return around_invoice(app, books, books.get(Invoice, key))
        case Subject.MANDAT:
            mandat = books.get(Mandat, key)
            mandats = (mandat, *_taken_back(app, books, (mandat,)))
            return _on_the_way(books, books.find(Invoice, id=mandat.invoice_ids), mandats)
        case Subject.BORDEREAU:
            sheet = books.get(Bordereau, key)
            return _carried(books, (), (), books.find(Mandat, id=sheet.mandats), (sheet,))
        case Subject.EDITOR_FLOW:
            one = books.get(EditorFlow, key)
            return _of_flux(books, books.get(Flux, one.flux)) if one.flux else Records(imports=(one,))
        case _:
            return _of_flux(books, books.get(Flux, key))


def _imports(books: Books, flows: Iterable[Flux]) -> tuple[EditorFlow, ...]:
    names = tuple(one.editor_flow for one in flows if one.editor_flow)
    return books.find(EditorFlow, id=names) if names else ()


def _of_flux(books: Books, flux: Flux) -> Records:
    sheets = books.find(Bordereau, id=flux.bordereaux)
    return Records(
        mandats=books.find(Mandat, id=tuple(key for sheet in sheets for key in sheet.mandats)),
        sheets=sheets,
        flows=(flux,),
        imports=_imports(books, (flux,)),
        attempts=books.find(Attempt, flux=flux.id),
        answers=books.find(Answer, flux=flux.id),
        replaced_by=tuple(one.id for one in books.find(Flux, replaces=flux.id)),
    )


def standing(subject: Subject, found: Records) -> Standing:
    """Say where the thing that records were gathered around stands."""
    carrying = {sheet.id: flux for sheet in found.sheets for flux in found.flows if flux.id == sheet.flux}
    match subject:
        case Subject.INVOICE:
            paying = [(mandat, carrying.get(mandat.bordereau)) for mandat in found.mandats]
            return of_invoice(found.invoices[0], found.folders, paying, editor=found.editor)
        case Subject.MANDAT:
            return of_mandat(found.mandats[0], carrying.get(found.mandats[0].bordereau))
        case Subject.BORDEREAU if flux := carrying.get(found.sheets[0].id):
            return of_flux(flux, found.mandats)
        case Subject.BORDEREAU:
            return _without_flow(found.sheets[0])
        case Subject.EDITOR_FLOW:
            return of_import(found.imports[0], next(iter(found.flows), None), found.mandats, found.replaced_by)
        case _:
            return of_flux(found.flows[0], found.mandats, found.replaced_by)


def _without_flow(sheet: Bordereau) -> Standing:
    if sheet.refused and sheet.editor:
        return Standing(now="revenu", coming=CORRECTED_THERE, who=AGENT, command=IMPORT)
    if sheet.refused:
        command = f"dematfin bordereau reprendre {sheet.id}"
        return Standing(now="revenu", coming="Corrigez ses mandats, puis reprenez-le.", who=AGENT, command=command)
    return Standing(now="figé", coming="Son flux se construit avec la journée.", who="service", command=DAY)
