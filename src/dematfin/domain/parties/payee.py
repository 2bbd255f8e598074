"""Who is paid in the place of whom: the subcontractor of a marché, the factor to whom a claim was handed over.

A subcontractor whom the buyer has accepted is paid directly, up to the ceiling of its acte spécial (CCP, L. 2193-10 to
14). A factor, once the comptable was notified, is the only one whom a payment discharges (C. civ., art. 1346-1): false
factors are a common fraud, so two people call back, as for a changed account.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dematfin.domain.money import ZERO, french
from dematfin.domain.parties.bank import CallBack, KnownAccount, enough, one_more
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import RuleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcontract:
    """An accepted subcontractor: « acte spécial », DC4.

    Attributes:
        id: `<key>:<reference of the subcontractor>`; `key`: what two ways of writing the marché share.
        holder, tiers: references of the titulaire and of the subcontractor in the register.
        firm: key of the subcontractor's firm.
        ceiling: what may be paid to it, TTC; HT where it owes no TVA.
        reverse_charge: autoliquidation (CGI, art. 283, 2 nonies): it invoices and is paid without TVA.
    """

    id: str
    marche: str
    key: str
    holder: str
    tiers: str
    firm: str
    name: str
    ceiling: Decimal
    reverse_charge: bool = False
    ended_on: date | None = None

    def pays(self, firm: str, creditor: str, key: str) -> bool:
        """Whether an invoice of a firm, on an engagement with a creditor and on a marché, is paid by this right."""
        return self.ended_on is None and (firm, key) == (self.firm, self.key) and creditor in {self.holder, self.tiers}

    def check_tva(self, tva: Decimal) -> str:
        """Say what is wrong with the TVA of its invoice, in French; an empty text when nothing is."""
        if not self.reverse_charge or tva <= ZERO:
            return ""
        return (
            f"{self.name} est sous-traitant en autoliquidation sur le marché {self.marche} et facture {french(tva)} de "
            "TVA : il se paie HT. Demandez-lui une facture sans TVA, avec la mention « Autoliquidation »."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A claim handed over: cession (Dailly), nantissement, affacturage.

    Attributes:
        firm, supplier: key and name of the firm whose invoices are handed over.
        factor: reference of whoever is paid, in the register; `payee` its name.
        marche, key: the only marché concerned, as it is written and as it is compared; empty: all that the firm
            invoices.
        notified_on: day on which the comptable was notified.
        calls: who has called back; nothing is paid to the factor before two people have.
    """

    id: str
    firm: str
    supplier: str
    factor: str
    payee: str
    marche: str = ""
    key: str = ""
    notified_on: date
    calls: tuple[CallBack, ...] = ()
    ended_on: date | None = None

    @property
    def confirmed(self) -> bool:
        """Whether two people have called back."""
        return enough(self.calls)

    def concerns(self, firm: str, key: str) -> bool:
        """Whether what a firm is owed on a marché was handed over."""
        return self.ended_on is None and firm == self.firm and self.key in {"", key}

    def called(self, call: CallBack) -> "Assignment":
        """Return it with one more word on it.

        Raises:
            RuleError: nothing more is needed, or the trace is empty; SeparationOfDuties: the same person again.
        """
        what = f"la cession {self.id} à {self.payee}"
        if self.confirmed or self.ended_on:
            message = f"Il n'y a rien à confirmer : {what} est déjà confirmée ou terminée."
            raise RuleError(message)
        return replace(self, calls=one_more(self.calls, call, self.supplier, what))


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Who is paid in the place of the engagement's creditor.

    Attributes:
        subcontract: the acte spécial by which the supplier of the invoice is paid; `ordered`: by mandats on it before.
        assignment: what the supplier handed over; `factor` and `accounts`: who cashes, and on which accounts it may.
    """

    subcontract: Subcontract | None = None
    ordered: Decimal = ZERO
    assignment: Assignment | None = None
    factor: Tiers | None = None
    accounts: Sequence[KnownAccount] = ()

    @property
    def mention(self) -> str:
        """What the mandat says of a factor."""
        return f", cession à {self.assignment.payee}" if self.assignment else ""
