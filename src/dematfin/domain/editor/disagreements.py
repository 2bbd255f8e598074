"""Disagreements: what the finance software's mandat says otherwise than the visaed invoice that it pays.

An account that is not the creditor's is the commonest fraud: nobody lets it pass with a motif, two people clear it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dematfin.domain.editor.claim import Claim
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.invoice import Invoice, normalised, search_key
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.money import ZERO, french
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.iban import mask, of_account
from dematfin.domain.parties.payee import Assignment

ACCOUNT: Final = "ECART-IBAN"
ACCEPTABLE: Final = frozenset({"ECART-MONTANT", "ECART-SENS", "ECART-FOURNISSEUR", "ECART-CESSION", "ECART-BUDGET"})
"""What a named person may let pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A claim beside the invoice that it pays.

    Attributes:
        budget: SIRET and name of the budget of the flow; `invoice_budget`: name of the invoice's.
        asked: what all the claims of this import ask for the invoice; `claims`: how many they are.
        marche: of the invoice, or of its engagement.
        assignment: what the supplier handed over, if anything; `factor`: the firm that cashes it.
        accounts: of the firm that the mandat pays, cleared or not.
    """

    claim: Claim
    invoice: Invoice
    budget: tuple[str, str]
    invoice_budget: str
    asked: Decimal
    claims: int = 1
    marche: str = ""
    assignment: Assignment | None = None
    factor: str = ""
    accounts: Sequence[KnownAccount]

    @property
    def firm(self) -> str:
        """The firm that the mandat pays."""
        return self.claim.siren or self.invoice.supplier_siren

    @property
    def paid(self) -> tuple[str, ...]:
        """The accounts that the mandat pays, as IBANs; most pay one."""
        return tuple(dict.fromkeys(filter(None, map(of_account, (self.claim.iban, *self.claim.others)))))


def due(invoice: Invoice) -> Decimal:
    """Return what is to be ordered for an invoice: what its visa admits; negative for a credit note."""
    amount = invoice.ttc if invoice.admitted is None else invoice.admitted
    return -amount if invoice.is_credit_note else amount


def acceptance(finding: Finding) -> str:
    """Name what a person lets pass: it holds as long as both sides say the same."""
    return f"{finding.code}:{finding.about}"


def disagreements(paired: Paired) -> tuple[Finding, ...]:
    """Return what the two sides disagree on."""
    rules = (_direction, _amount, _account, _firm, _assignment, _marche, _budget)
    return tuple(finding for rule in rules for finding in rule(paired))


def _direction(paired: Paired) -> Iterator[Finding]:
    takes_back = paired.claim.kind is BordereauKind.REDUCTION or paired.claim.amount < ZERO
    if takes_back != paired.invoice.is_credit_note:
        does = "retire de l'argent" if takes_back else "paie"
        what = "un avoir" if paired.invoice.is_credit_note else "une facture"
        yield _finding(paired, "ECART-SENS", f"il {does}, alors que {paired.invoice.id} est {what}", f"{takes_back}")


def _amount(paired: Paired) -> Iterator[Finding]:
    asked, owed = abs(paired.asked), abs(due(paired.invoice))
    about = f"{asked}/{owed}"
    ours = "le visa admet" if paired.invoice.admitted is not None else "sa facture fait"
    if paired.claims > 1 and asked > owed:
        sentence = (
            f"la facture {paired.invoice.id} est payée {paired.claims} fois par cet import, pour {french(asked)} en "
            f"tout, alors que {ours} {french(owed)}"
        )
        remedy = "Dites laquelle chaque mandat paie (dematfin bordereau revoir), ou abandonnez l'import."
        yield _finding(paired, "ECART-DEUX-FOIS", sentence, about, remedy=remedy)
    elif asked > owed:
        yield _finding(paired, "ECART-MONTANT", f"il ordonne {french(asked)}, alors que {ours} {french(owed)}", about)
    elif asked < owed:
        sentence = f"il n'ordonne que {french(asked)}, alors que {ours} {french(owed)}"
        yield _finding(paired, "ECART-MONTANT", sentence, about, Severity.WARNING)


def _account(paired: Paired) -> Iterator[Finding]:
    for account in paired.paid:
        yield from _of_account(paired, account)


def _of_account(paired: Paired, account: str) -> Iterator[Finding]:
    written = paired.invoice.iban
    known = next((one for one in paired.accounts if one.iban == account), None)
    if known is None or not known.cleared:
        said = " ; une personne l'a déjà confirmé, il manque la seconde" if known and known.calls else ""
        beside = f", alors que la facture demande {mask(written)}" if written and written != account else ""
        yield _finding(
            paired,
            ACCOUNT,
            f"il paie sur le compte {mask(account)}{beside}. Ce compte n'est pas validé pour {_paid(paired)}{said}",
            account,
            remedy="Risque de fraude : rappelez le fournisseur au numéro du contrat ; deux personnes le confirment "
            "(dematfin tiers iban valider IBAN). Sinon abandonnez l'import (dematfin bordereau abandonner).",
        )
    elif written and written != account and paired.assignment is None:
        sentence = f"il paie sur le compte {mask(account)}, la facture demande {mask(written)}"
        yield _finding(paired, "ECART-IBAN-FACTURE", sentence, account, Severity.WARNING)


def _firm(paired: Paired) -> Iterator[Finding]:
    claim, supplier = paired.claim, paired.invoice.content.supplier
    if claim.siren in {"", paired.invoice.supplier_siren, _factor(paired)}:
        if not claim.siren and search_key(claim.creditor) != paired.invoice.supplier_key:
            sentence = f"il paie {claim.creditor or 'un créancier sans nom'}, la facture est de {supplier.name}"
            yield _finding(paired, "ECART-NOM", sentence, claim.creditor, Severity.WARNING)
        return
    sentence = (
        f"il paie {claim.creditor} ({claim.siren}), alors que la facture est de {supplier.name} "
        f"({paired.invoice.supplier_siren})"
    )
    yield _finding(paired, "ECART-FOURNISSEUR", sentence, f"{claim.siren}/{paired.invoice.supplier_siren}")


def _assignment(paired: Paired) -> Iterator[Finding]:
    """Paying the supplier itself does not discharge what was handed over to a factor."""
    handed = paired.assignment
    if handed and handed.confirmed and paired.claim.siren != _factor(paired):
        sentence = f"il paie {paired.claim.creditor}, alors que la créance est cédée à {handed.payee} ({handed.id})"
        yield _finding(paired, "ECART-CESSION", sentence, handed.id)


def _marche(paired: Paired) -> Iterator[Finding]:
    theirs, ours = paired.claim.marche, paired.marche
    if normalised(theirs) != normalised(ours):
        sentence = f"il est sur {_of_marche(theirs)}, la facture sur {_of_marche(ours)}"
        yield _finding(paired, "ECART-MARCHE", sentence, f"{theirs}/{ours}", Severity.WARNING)


def _budget(paired: Paired) -> Iterator[Finding]:
    siret, name = paired.budget
    if paired.invoice.siret != siret:
        sentence = f"il est du budget {name}, alors que la facture est pour le budget {paired.invoice_budget}"
        yield _finding(paired, "ECART-BUDGET", sentence, f"{siret}/{paired.invoice.siret}")


def _factor(paired: Paired) -> str:
    """The firm of a factor to whom the claim was handed over for sure; of nobody otherwise."""
    return paired.factor if paired.assignment and paired.assignment.confirmed else ""


def _paid(paired: Paired) -> str:
    return paired.claim.creditor or paired.invoice.content.supplier.name


def _of_marche(number: str) -> str:
    return f"le marché {number}" if number else "aucun marché"


def _finding(
    paired: Paired, code: str, sentence: str, about: str, severity: Severity = Severity.BLOCKING, remedy: str = ""
) -> Finding:
    if code in ACCEPTABLE and severity is Severity.BLOCKING:
        remedy = f"Corrigez-le dans le logiciel financier, ou acceptez l'écart sous votre nom (--accepter {code})."
    return Finding(
        code=code,
        severity=severity,
        sentence=f"Mandat n° {paired.claim.mandat}, facture {paired.invoice.id} : {sentence}.",
        about=about,
        mandat=str(paired.claim.mandat),
        supplier=paired.claim.creditor,
        remedy=remedy,
    )
