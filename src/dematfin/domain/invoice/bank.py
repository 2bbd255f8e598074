"""The account on which a firm asks to be paid, compared with those that it is known to have (FOVI fraud)."""

from collections.abc import Iterator, Sequence
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Supplier
from dematfin.domain.parties.bank import NEAR, KnownAccount
from dematfin.domain.parties.iban import InvalidIban, mask, parse
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement

TO_CLEAR: Final = "BANK-IBAN-DIFFERENT"
"""What it is about is the account that two people have to clear."""


def check_account(
    supplier: Supplier, tiers: Sequence[Tiers], engagement: Engagement | None, known: Sequence[KnownAccount]
) -> Iterator[Finding]:
    """Say whether the firm may be paid on the account of its invoice, or on that of the register when it gives none."""
    iban = supplier.iban or _registered(tiers, engagement)
    if not iban:
        return  # unknown to the register, and told as such
    account = next((one for one in known if one.iban == iban), None)
    if account is None or not account.cleared:
        yield _to_clear(iban, account, from_invoice=bool(supplier.iban)) if _exists(iban) else _invalid(iban)
    if supplier.country == "FR" and not iban.startswith(NEAR):
        yield Finding(
            code="BANK-IBAN-FOREIGN",
            severity=Severity.WARNING,
            sentence=f"Le fournisseur est français et son compte ({mask(iban)}) est à l'étranger : vérifiez-le.",
            about=iban,
        )


def _registered(tiers: Sequence[Tiers], engagement: Engagement | None) -> str:
    """The account that a mandat would pay: that of the engagement's creditor."""
    named = [one for one in tiers if engagement is None or one.id == engagement.tiers]
    return named[0].account.iban if named else ""


def _to_clear(iban: str, account: KnownAccount | None, *, from_invoice: bool) -> Finding:
    what = "L'IBAN de la facture" if from_invoice else "L'IBAN du registre des tiers"
    said = ""
    if account and account.calls:
        said = f" {account.calls[0].by} l'a déjà confirmé, il manque une seconde personne."
    return Finding(
        code=TO_CLEAR,
        severity=Severity.BLOCKING,
        sentence=f"{what} ({mask(iban)}) est nouveau pour ce fournisseur. Risque de fraude : rappelez le fournisseur "
        "au numéro du contrat, jamais à celui de la facture ou du mail ; deux personnes doivent le confirmer (dematfin "
        f"tiers iban valider).{said}",
        about=iban,
    )


def _invalid(iban: str) -> Finding:
    return Finding(
        code="BANK-IBAN-INVALID",
        severity=Severity.BLOCKING,
        sentence=f"L'IBAN de la facture ({mask(iban)}) n'existe pas : sa clé est fausse. Rejetez-la et "
        "demandez-en une nouvelle.",
        about=iban,
        proposal=SupplierStatus.REFUSED,
        motif="L'IBAN de la facture n'est pas valide : vérifiez vos coordonnées bancaires.",
    )


def _exists(iban: str) -> bool:
    try:
        parse(iban)
    except InvalidIban:
        return False
    return True
