"""What a collectivité decides about the flows of its finance software, and which mandats pay no invoice."""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.numbers import is_period


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutInvoice:
    """A kind of mandat that pays no invoice; what is empty is not looked at.

    Attributes:
        label: what such mandats are, as a person says it: `paie`, `annuité d'emprunt`.
        types, natures: TypPce and NatPce.
        accounts: the beginnings of accounts by nature, all its lines being on one of them.
    """

    label: str
    types: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    def covers(self, claim: Claim) -> bool:
        """Say whether a claim is of this kind.

        An account alone is not believed against a number in Facture: training is invoiced on the accounts of staff. A
        month is no number.
        """
        if not (self.types or self.natures):
            numbered = claim.number and not is_period(claim.number)
            return bool(self.accounts) and not numbered and self._on_accounts(claim)
        listed = (not self.types or claim.type in self.types) and (not self.natures or claim.nature in self.natures)
        return listed and (not self.accounts or self._on_accounts(claim))

    def _on_accounts(self, claim: Claim) -> bool:
        return bool(claim.accounts) and all(one.startswith(self.accounts) for one in claim.accounts)


DEFAULTS: Final = (
    WithoutInvoice(label="paie", natures=("11",)),
    WithoutInvoice(label="charges de personnel", accounts=("64", "633")),
    WithoutInvoice(label="emprunt", natures=("04",)),
    WithoutInvoice(label="annuité d'emprunt", accounts=("16", "66")),
    WithoutInvoice(label="régie", natures=("05",)),
    WithoutInvoice(label="opération d'ordre ou de fin d'exercice", types=("03", "04", "07", "10", "13")),
    WithoutInvoice(label="annulation d'un titre", natures=("09",)),
    WithoutInvoice(label="annulation ou réduction sans avoir", natures=("06", "10")),
    # The accounts below were not read in an official chart (M57); a collectivité lists its own in [editeur].
    WithoutInvoice(label="indemnités et cotisations des élus", accounts=("6531", "6533", "6534")),
    WithoutInvoice(label="subvention ou contribution versée", accounts=("655", "657", "674", "204")),
    WithoutInvoice(label="impôts et taxes", accounts=("635",)),
    WithoutInvoice(label="titre annulé, dégrèvement ou reversement d'impôt", accounts=("673", "739")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorRules:
    """How editors' flows are taken in.

    Attributes:
        keeps_nomfic: a flow keeps the name that its editor gave it, as long as it may; else it gets one of ours.
        without_invoice: the mandats that are let through without an invoice.
    """

    keeps_nomfic: bool = True
    without_invoice: tuple[WithoutInvoice, ...] = DEFAULTS

    def rule_of(self, claim: Claim) -> str:
        """Return the label of the first rule that a claim falls under, or an empty text."""
        return next((one.label for one in self.without_invoice if one.covers(claim)), "")
