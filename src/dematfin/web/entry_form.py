"""The form of an entry: what was read is proposed, what is typed is understood or told beside its field."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from dematfin.acts import entry
from dematfin.acts.entry import Entry
from dematfin.domain.invoice.content import InvoiceKind, Supplier, supplier_of
from dematfin.domain.money import ZERO
from dematfin.domain.paper.capture import Capture, CaptureState
from dematfin.domain.paper.proposals import Field, Proposal
from dematfin.domain.paper.sums import check_sum
from dematfin.domain.parties import iban as ibans
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import RuleError
from dematfin.web.forms import amount, day, needed_day, text
from dematfin.web.visit import Visit

T = TypeVar("T")
CHORUS_SIRET: Final = "1"
"""How Chorus Pro calls an identifier that is a SIRET."""
NOBODY: Final = Supplier(identifier_kind=CHORUS_SIRET, identifier="", name="")
LONGEST: Final = 200
READ: Final = {
    "type": Field.KIND,
    "numero": Field.NUMBER,
    "date": Field.ISSUED_ON,
    "ht": Field.HT,
    "tva": Field.TVA,
    "ttc": Field.TTC,
    "iban": Field.IBAN,
    "engagement": Field.ENGAGEMENT,
    "service": Field.SERVICE,
}
"""Under which name each field of the form finds what was read."""
AMOUNTS: Final = ("ht", "tva", "ttc")


def proposals(document: Capture) -> dict[str, Proposal]:
    """Return what was read for each field of the form."""
    read = {one.field: one for one in document.proposals}
    found = {name: read[kind] for name, kind in READ.items() if kind in read}
    supplier = read.get(Field.SIRET) or read.get(Field.SUPPLIER)
    return found | ({"fournisseur": supplier} if supplier else {})


def shown(document: Capture) -> dict[str, str]:
    """Return what was read as people write it, with where it was read and how far it may be believed."""
    return {
        name: f"{_written(name, one.value)} ({one.source}, {one.trust})" for name, one in proposals(document).items()
    }


def prefilled(document: Capture, budgets: dict[str, str]) -> dict[str, str]:
    """Return the form as it is first shown; `budgets` are their codes by SIRET."""
    values = {name: one.value for name, one in proposals(document).items()}
    values |= {name: values[name].replace(".", ",") for name in AMOUNTS if name in values}
    names = [one.value for one in document.proposals if one.field is Field.SUPPLIER]
    values["nom"] = names[0] if names else ""
    values["service"] = document.service or values.get("service", "")
    values["budget"] = budgets.get(document.siret, "")
    return values


def _written(name: str, value: str) -> str:
    if name == "date":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    return value.replace(".", ",") if name in AMOUNTS else value.lower() if name == "type" else value


@dataclass(slots=True)
class EntryForm:
    """What somebody typed of one document; `errors` says what cannot be understood, by the name of the field.

    Attributes:
        known: when its batch arrived, once somebody has said it.
    """

    visit: Visit
    document: Capture
    known: date | None
    errors: dict[str, str] = field(default_factory=dict)

    def arrival(self) -> date | None:
        """Return the day when the paper arrived, unless its batch knows it; another day than that one is an error."""
        if self.known is None:
            return self._take("arrivee", self._day("arrivee", "Jour d'arrivée"), date.min)
        typed = self._take("arrivee", lambda: day(self.visit.form, "arrivee", "Jour d'arrivée"), None)
        if typed not in {None, self.known}:
            self.errors["arrivee"] = (
                f"Quelqu'un vient de dire que ce papier est arrivé le {self.known:%d/%m/%Y}, "
                f"et non le {typed:%d/%m/%Y}. Si c'est juste, validez de nouveau ; "
                f"sinon : dematfin numerisation dater {self.document.batch}."
            )
        return None

    def confirm(self) -> None:
        """Ask for what no machine may decide: are these pages one invoice?"""
        if self.document.state is CaptureState.TO_CONFIRM and not self._text("une-seule"):
            self.errors["une-seule"] = "Confirmez que ces pages sont une facture, et une seule ; sinon, redécoupez."

    def entry(self) -> Entry:
        """Return what was typed; worth nothing as soon as there are `errors`."""
        ht, tva, ttc = self._amounts()
        is_credit_note = self._text("type") == InvoiceKind.CREDIT_NOTE
        return Entry(
            kind=InvoiceKind.CREDIT_NOTE if is_credit_note else InvoiceKind.INVOICE,
            supplier=self._take("fournisseur", self._supplier, NOBODY),
            number=self._take("numero", lambda: self._filled("numero", "Donnez le numéro de la facture."), ""),
            issued_on=self._take("date", self._day("date", "Date de la facture"), date.min),
            ht=ht,
            tva=tva,
            ttc=ttc,
            siret=self._take("budget", self._budget, ""),
            service=self._text("service"),
            engagement=self._text("engagement"),
            marche=self._text("marche"),
            origin_number=self._text("origine") if is_credit_note else "",
        )

    def _supplier(self) -> Supplier:
        iban = self._take("iban", self._iban, "")
        found = entry.designated(self.visit.app, self.visit.who, self._text("fournisseur"))
        if isinstance(found, Tiers):
            return supplier_of(found, iban)
        absent = "Ce SIRET n'est pas dans vos tiers : donnez aussi le nom du fournisseur."
        name = self._take("nom", lambda: self._filled("nom", absent), "")
        return Supplier(identifier_kind=CHORUS_SIRET, identifier=found, name=name, iban=iban)

    def _amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        ht, tva, ttc = (self._take(name, self._amount(name), ZERO) for name in AMOUNTS)
        if not set(AMOUNTS) & set(self.errors):
            self._take("ttc", lambda: check_sum(ht, tva, ttc), None)
        return ht, tva, ttc

    def _amount(self, name: str) -> Callable[[], Decimal]:
        def read() -> Decimal:
            found = amount(self.visit.form, name, f"Montant {name.upper()}")
            if found is None:
                message = "Donnez ce montant, 0 s'il n'y en a pas."
                raise RuleError(message)
            return found

        return read

    def _day(self, name: str, what: str) -> Callable[[], date]:
        return lambda: needed_day(self.visit.form, name, what)

    def _iban(self) -> str:
        typed = self._text("iban")
        return ibans.parse(typed) if typed else ""

    def _budget(self) -> str:
        """Return the SIRET of the budget that pays: the only one, or the one that is named."""
        policy = self.visit.app.policy
        return policy.budgets[0].siret if len(policy.budgets) == 1 else policy.budget_named(self._text("budget")).siret

    def _filled(self, name: str, otherwise: str) -> str:
        if not self._text(name):
            raise RuleError(otherwise)
        return self._text(name)

    def _take(self, name: str, read: Callable[[], T], instead: T) -> T:
        """Return what a field says; what cannot be understood is told beside it."""
        try:
            return read()
        except (ValueError, RuleError) as error:
            self.errors[name] = f"{error}"
            return instead

    def _text(self, name: str) -> str:
        return " ".join(text(self.visit.form, name).split())[:LONGEST]
