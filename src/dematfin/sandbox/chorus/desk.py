"""Which invoice a call is about, and whether the account may know it."""

from typing import Any

from dematfin.sandbox.chorus.envelope import UNKNOWN, UNKNOWN_INVOICE, failure
from dematfin.sandbox.chorus.state import Invoices
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import TechnicalAccount


def received(invoices: Invoices, key: Any, account: TechnicalAccount) -> Any | None:
    """Return the row of an invoice that this account receives, or None."""
    row = _row(invoices, key)
    return row if row is not None and row["structure"] in account.structures else None


def deposited(invoices: Invoices, key: Any, account: TechnicalAccount) -> Any | None:
    """Return the row of an invoice that this account has deposited, or None."""
    row = _row(invoices, key)
    return row if row is not None and row["siret"] in account.fournisseurs else None


def unknown() -> Reply:
    """Return what is said of an invoice that the account may not know."""
    return failure(UNKNOWN, UNKNOWN_INVOICE)


def _row(invoices: Invoices, key: Any) -> Any | None:
    return invoices.get(int(key)) if str(key or "").isdigit() else None
