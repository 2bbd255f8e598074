"""Telling suppliers what becomes of their invoice."""

from typing import Protocol

from dematfin.domain.intention import Intention


class SupplierNotice(Protocol):
    """The place where suppliers follow their invoices; may be called from several threads."""

    def publish(self, intention: Intention) -> str:
        """Bring an invoice to a status and return the status that the neighbour shows afterwards.

        Asks first: a status already reached, or already passed on the same road, is not written again.

        Raises:
            Refused: the invoice stands where this status is not possible.
            UnknownOutcome: the write may have arrived; ask again later.
        """
        ...
