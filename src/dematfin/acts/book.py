"""The mayor's book of a bordereau: the facts, then the first page of each invoice, one at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.book import ORDER, Book, Certified, Entry, Remark
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.mandat.unusual import of_account, of_invoice, of_mandat, of_waivers
from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.registers import Engagement
from dematfin.domain.visa.decision import DecisionKind
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import VisaFolder, folder_id
from dematfin.domain.visa.slip import signed_name
from dematfin.errors import DocumentError, RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

SHARPNESS: Final = (110, 80, 60)
"""Dots per inch at which a page is drawn, the first that is not too heavy."""
HEAVIEST: Final = 110_000
"""Bytes of an image: a hundred mandats stay below 15 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Register:
    """What every entry of a book is looked up in; `paid`: the accounts on which somebody was paid already."""

    names: dict[str, str]
    delegations: tuple[Delegation, ...]
    paid: frozenset[str]


def book(app: App, who: Person, bordereau_id: str) -> Book:
    """Return what the mayor reads before signing.

    Raises:
        Forbidden, UnknownRecord; RuleError: all its mandats were set aside.
    """
    who.require(Act.OVERSEE)
    head = app.ledger.head()
    with app.ledger.reading() as books:
        sheet = books.get(Bordereau, bordereau_id)
        if not sheet.mandats:
            message = f"Le bordereau {bordereau_id} n'a plus de mandat : la prochaine préparation le remplira."
            raise RuleError(message)
        budget = app.policy.budget(sheet.siret)
        register = _Register(
            names={one.id: one.name for one in books.find(Person)},
            delegations=books.find(Delegation),
            paid=frozenset(one.tiers.account.iban for one in books.find(Mandat, state=MandatState.PAID)),
        )
        mandats = sorted(books.find(Mandat, id=sheet.mandats), key=lambda mandat: mandat.number)
        flux = next(iter(books.find(Flux, id=sheet.flux)), None) if sheet.flux else None
        written = _written(app, sheet, flux) if flux and sheet.editor else {}
        return Book(
            collectivite=app.policy.name,
            budget=budget.label,
            siret=budget.siret,
            bordereau=sheet,
            state=FLUX[flux.state] if flux else "flux à construire",
            prepared_by=register.names.get(sheet.prepared_by, sheet.prepared_by),
            made_on=app.clock.today(),
            entries=tuple(_entry(app, books, one, register, written.get(one.number, {})) for one in mandats),
            remarks=tuple(of_waivers(books.find(Waiver, subject_id=sheet.id))),
            together=tuple(key for key in flux.bordereaux if key != sheet.id) if flux else (),
            editor_flow=flux.editor_flow if flux else "",
            head=head,
        )


def write(app: App, who: Person, made: Book, sink: IO[bytes]) -> tuple[str, ...]:
    """Write a book as a page; return, in French, why some first pages are missing."""
    who.require(Act.OVERSEE)
    return app.letters.book(made, lambda entry: first_page(app, who, entry), sink)


def first_page(app: App, who: Person, entry: Entry) -> bytes:
    """Return the first page of an entry's invoice, or of its first document, as a JPEG image.

    Raises:
        Forbidden; DocumentError: there is none, or it cannot be drawn; the sentence says why.
    """
    who.require(Act.OVERSEE)
    if entry.first_page is None:
        what = "Cette facture" if entry.invoices else "Ce mandat sans facture"
        message = f"{what} n'a pas de page à montrer."
        raise DocumentError(message)
    with app.documents.local(entry.first_page) as original, app.documents.workspace() as folder:
        pdf = app.paper.as_pdf(original, folder)
        image = b""
        for dots in SHARPNESS:
            (path,) = app.paper.thumbnails(pdf, (1,), folder, dots)
            image = path.read_bytes()
            if len(image) <= HEAVIEST:
                break
    return image


def _written(app: App, sheet: Bordereau, flux: Flux) -> dict[int, dict[str, str]]:
    """Return the documents that the file itself names for each mandat of a bordereau: IdUnique, then its name."""
    try:
        with app.documents.local(flux.to_deposit or flux.unsigned) as path:
            read = app.reader.aller(path)
    except DocumentError:
        return {}
    names = {one.id: one.name for one in read.documents}
    place = (sheet.exercice, str(sheet.kind), sheet.number)
    mandats = [one for its in read.bordereaux if (its.exercice, its.kind, its.number) == place for one in its.mandats]
    return {one.number: {key: names.get(key) or key for key in one.references} for one in mandats}


def _entry(app: App, books: Books, mandat: Mandat, register: _Register, written: Mapping[str, str]) -> Entry:
    found = {one.id: one for one in books.find(Invoice, id=mandat.invoice_ids)}
    invoices = tuple(found[key] for key in mandat.invoice_ids if key in found)
    pieces = {one.id: one for one in books.find(Piece, id=mandat.pieces)}
    return Entry(
        mandat=mandat,
        invoices=invoices,
        engagement=_engagement(books, mandat),
        iban=mask(mandat.tiers.account.iban) if mandat.tiers.account.iban else "aucun compte",
        certified=tuple(_certified(app, books, invoices, register)),
        pieces=tuple(pieces[key] for key in mandat.pieces if key in pieces),
        remarks=tuple(_remarks(app, books, mandat, invoices, register, documented=bool(written))),
        first_page=next(_shown(invoices, [pieces[key] for key in mandat.pieces if key in pieces]), None),
        others=tuple(name for key, name in written.items() if key not in pieces),
    )


def _engagement(books: Books, mandat: Mandat) -> str:
    keys = tuple(dict.fromkeys([mandat.engagement, *(line.engagement for line in mandat.lines)]))
    return ", ".join(f"{one.number} · {one.label}" for one in books.find(Engagement, id=keys))


def _shown(invoices: Sequence[Invoice], pieces: Iterable[Piece]) -> Iterator[DocumentRef]:
    """Yield the invoices; where there is none, whatever justifies the expense."""
    for invoice in invoices:
        yield from (one.document for one in invoice.content.attachments if one.main)
    if not invoices:
        yield from (one.document for one in pieces)


def _certified(app: App, books: Books, invoices: Iterable[Invoice], register: _Register) -> Iterator[Certified]:
    """Yield who certified, oldest first; a substitute is named with the absent person and what delegates."""
    keys = tuple(folder_id(one.id, one.episode) for one in invoices)
    for folder in books.find(VisaFolder, id=keys):
        for one in folder.decisions:
            if one.kind is not DecisionKind.VISA:
                continue
            at = app.clock.local(one.at)
            lent = [
                delegation.decree
                for delegation in register.delegations
                if (delegation.absent, delegation.substitute) == (one.on_behalf_of, one.by)
                and delegation.is_active(at.date())
            ]
            yield Certified(
                who=signed_name(one.by, one.on_behalf_of, register.names),
                desk=one.desk,
                at=at,
                executed_on=one.executed_on,
                comment=one.comment,
                decree=", ".join(filter(None, lent)),
            )


def _remarks(
    app: App, books: Books, mandat: Mandat, invoices: tuple[Invoice, ...], register: _Register, *, documented: bool
) -> list[Remark]:
    """Return what is unusual, the most serious first; no register holds the accounts of who is on the payroll."""
    siren, iban = mandat.tiers.siren, mandat.tiers.account.iban
    known = books.find(KnownAccount, id=account_id(siren, iban))
    nobody = not iban or (mandat.editor and not invoices and not siren)
    account = () if nobody or iban in register.paid else of_account(iban, known[0] if known else None, register.names)
    found = [
        *account,
        *(remark for one in invoices for remark in of_invoice(one)),
        *of_waivers(books.find(Waiver, subject_id=(mandat.id, *mandat.invoice_ids))),
        *of_mandat(mandat, app.clock.today(), documented=documented),
    ]
    return sorted(found, key=lambda remark: ORDER.index(remark.why))
