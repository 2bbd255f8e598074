"""The account on which a firm asks to be paid, compared with those that it is known to have (FOVI fraud)."""

from collections.abc import Iterator, Sequence

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.content import Supplier
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.tiers import Tiers


def check_account(supplier: Supplier, tiers: Sequence[Tiers], known: Sequence[KnownAccount]) -> Iterator[Finding]:
    """Say whether the firm may be paid on the account of its invoice, or on that of the register when it gives none."""
    cleared = {account.iban for account in known if account.cleared}
    waiting = {account.iban: account for account in known if not account.cleared}
    if supplier.iban and supplier.iban not in cleared:
        yield _to_clear(supplier.iban, waiting.get(supplier.iban), "L'IBAN de la facture")
    elif not supplier.iban and tiers and not any(one.account.iban in cleared for one in tiers):
        iban = tiers[0].account.iban
        yield _to_clear(iban, waiting.get(iban), "L'IBAN du registre des tiers")
    yield from _foreign(supplier)


def _to_clear(iban: str, account: KnownAccount | None, what: str) -> Finding:
    said = (
        f" {account.calls[0].by} l'a déjà confirmé, il manque une seconde personne."
        if account and account.calls
        else ""
    )
    return Finding(
        code="BANK-IBAN-DIFFERENT",
        severity=Severity.BLOCKING,
        sentence=f"{what} ({mask(iban)}) est nouveau pour ce fournisseur. Risque de fraude : rappelez le fournisseur "
        "au "
        "numéro du contrat, jamais à celui de la facture ou du mail ; deux personnes doivent le confirmer (dematfin "
        f"tiers iban valider).{said}",
        about=iban,
    )


def _foreign(supplier: Supplier) -> Iterator[Finding]:
    if supplier.country == "FR" and supplier.iban and not supplier.iban.startswith(("FR", "MC")):
        yield Finding(
            code="BANK-IBAN-FOREIGN",
            severity=Severity.WARNING,
            sentence=f"Le fournisseur est français et son compte ({mask(supplier.iban)}) est à l'étranger : "
            "vérifiez-le.",
            about=supplier.iban,
        )
