"""The form of an entry: each line is answered by an option, or asked, with what was read as the answer by default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar

import typer

from dematfin.acts import entry
from dematfin.acts.entry import Entry
from dematfin.cli.context import Desk
from dematfin.cli.output import complain, day, legible, say
from dematfin.domain.invoice.content import InvoiceKind, Supplier, supplier_of
from dematfin.domain.money import french
from dematfin.domain.paper.capture import Capture
from dematfin.domain.paper.proposals import Field
from dematfin.domain.parties import iban as ibans
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import RuleError
from dematfin.finance.amounts import parse as amount

T = TypeVar("T")
FORMATS: Final = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d%m%Y")
KINDS: Final = {"": InvoiceKind.INVOICE, "f": InvoiceKind.INVOICE, "a": InvoiceKind.CREDIT_NOTE}
CHORUS_SIRET: Final = "1"
"""How Chorus Pro calls an identifier that is a SIRET."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One document being entered.

    Attributes:
        given: what the options of the command say, by the name of the option.
        alone: nobody is there to answer: what is needed and no option says is refused.
    """

    desk: Desk
    document: Capture
    given: Mapping[str, str]
    alone: bool

    def fill(self) -> Entry:
        """Return what the agent read on the document."""
        kind = self._ask("type", "Type (f facture, a avoir)", self._read(Field.KIND)[:1].lower() or "f", _kind)
        supplier = self._supplier()
        number = self._ask("numero", "Numéro de facture", self._read(Field.NUMBER), _filled)
        issued = self._ask("date", "Date de la facture (JJ/MM/AAAA)", _as_day(self._read(Field.ISSUED_ON)), to_day)
        ht, tva, ttc = self._amounts()
        return Entry(
            kind=kind,
            supplier=supplier,
            number=number,
            issued_on=issued,
            ht=ht,
            tva=tva,
            ttc=ttc,
            siret=self._budget(),
            service=self._ask("service", "Service", self.document.service or self._read(Field.SERVICE), str),
            engagement=self._ask("engagement", "Engagement", self._read(Field.ENGAGEMENT), str),
            marche=self.given.get("marche", ""),
            origin_number=self._ask("origine", "Facture que cet avoir corrige", "", str)
            if kind is InvoiceKind.CREDIT_NOTE
            else "",
        )

    def _amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        ht = self._ask("ht", "Montant HT", _as_amount(self._read(Field.HT)), amount)
        tva = self._ask("tva", "Montant de la TVA", _as_amount(self._read(Field.TVA)), amount)
        return ht, tva, self._ask("ttc", "Montant TTC", _as_amount(self._read(Field.TTC)) or f"{ht + tva}", amount)

    def _supplier(self) -> Supplier:
        read = self._read(Field.SIRET) or self._read(Field.SUPPLIER)
        tiers = self._ask("fournisseur", "Fournisseur (SIRET, référence ou nom)", read, self._find)
        iban = self._ask("iban", "IBAN écrit sur la facture (vide s'il n'y en a pas)", self._read(Field.IBAN), _iban)
        if isinstance(tiers, Tiers):
            return supplier_of(tiers, iban)
        name = self._ask("nom", "Nom du fournisseur (absent des tiers)", self._read(Field.SUPPLIER), _filled)
        return Supplier(identifier_kind=CHORUS_SIRET, identifier=tiers, name=name, iban=iban)

    def _find(self, words: str) -> Tiers | str:
        return entry.designated(self.desk.app, self.desk.who, words)

    def _budget(self) -> str:
        """Return the SIRET of the budget that pays: that of the sheet, or the only one, or the one that is named."""
        policy = self.desk.app.policy
        usual = next((one.code for one in policy.budgets if one.siret == self.document.siret), "")
        if len(policy.budgets) == 1 or (usual and "budget" not in self.given):
            return self.document.siret or policy.budgets[0].siret
        codes = ", ".join(one.code for one in policy.budgets)
        return self._ask("budget", f"Budget ({codes})", usual, lambda code: policy.budget_named(code).siret)

    def _ask(self, name: str, question: str, default: str, parse: Callable[[str], T]) -> T:
        """Return the answer to a line of the form, asked until it can be understood."""
        if name in self.given or self.alone:
            return self._told(name, default, parse)
        while True:
            trust = self._trust(name)
            shown = f"{question} [{legible(default)}{trust}]" if default else question
            try:
                return parse(str(typer.prompt(shown, default=default, show_default=False)).strip())
            except (ValueError, RuleError) as error:
                complain(f"{error}")

    def _told(self, name: str, default: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(self.given.get(name, default).strip())
        except (ValueError, RuleError) as error:
            message = f"{error}"
            raise typer.BadParameter(message, param_hint=f"--{name}") from error

    def _read(self, field: Field) -> str:
        """Return what was read: nothing when nobody is there to look at it."""
        found = (one.value for one in self.document.proposals if one.field is field)
        return "" if self.alone else next(found, "")

    def _trust(self, name: str) -> str:
        key = "siret" if name == "fournisseur" else name
        return next((f", {one.trust}" for one in self.document.proposals if one.field == key), "")


def to_day(text: str) -> date:
    """Return the day that somebody typed; raises ValueError, in French."""
    for form in FORMATS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a legal day has no zone
        except ValueError:
            continue
    message = "date illisible, écrivez par exemple 12/11/2026"
    raise ValueError(message)


def read_out(entered: Entry) -> None:
    """Say again what was entered, on one line."""
    kind = "Avoir" if entered.kind is InvoiceKind.CREDIT_NOTE else "Facture"
    say(
        f"{kind} {entered.number} de {entered.supplier.name}, du {day(entered.issued_on)} : {french(entered.ttc)} TTC "
        f"({french(entered.ht)} HT + {french(entered.tva)} de TVA)"
    )


def _kind(text: str) -> InvoiceKind:
    found = KINDS.get(text[:1].lower())
    if found is None:
        message = "répondez f (facture) ou a (avoir)"
        raise ValueError(message)
    return found


def _filled(text: str) -> str:
    if not text:
        message = "une réponse est nécessaire"
        raise ValueError(message)
    return text


def _iban(text: str) -> str:
    return ibans.parse(text) if text else ""


def _as_day(text: str) -> str:
    return day(date.fromisoformat(text)) if text else ""


def _as_amount(text: str) -> str:
    return text.replace(".", ",")
