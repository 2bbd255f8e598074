"""The states of an invoice, and which may follow which by our own acts."""

from enum import StrEnum
from typing import Final

from dematfin.domain.machine import Machine


class InvoiceState(StrEnum):
    """Where an invoice stands."""

    RECEIVED = "RECEIVED"  # read and stored
    TO_CORRECT = "TO_CORRECT"  # a blocking finding waits for somebody
    IN_VISA = "IN_VISA"  # a head of service has to say that the work was done
    INTERRUPTED = "INTERRUPTED"  # the supplier owes a document, the legal delay is interrupted
    SERVICE_FAIT = "SERVICE_FAIT"  # certified, may be mandated
    TO_PAY = "TO_PAY"  # its mandats say the rest
    SENT_BACK = "SENT_BACK"  # with the supplier, who has to send it elsewhere or with other references
    ELSEWHERE = "ELSEWHERE"  # certified, mandated or paid by somebody else: read only
    REFUSED = "REFUSED"  # sent back for good
    CANCELLED = "CANCELLED"  # a duplicate, set aside by a person


S = InvoiceState
INVOICE_MACHINE: Final = Machine(
    {
        S.RECEIVED: frozenset({S.TO_CORRECT, S.IN_VISA, S.REFUSED, S.ELSEWHERE}),
        S.TO_CORRECT: frozenset({S.RECEIVED, S.INTERRUPTED, S.SENT_BACK, S.REFUSED, S.CANCELLED, S.ELSEWHERE}),
        S.IN_VISA: frozenset(
            {S.RECEIVED, S.SERVICE_FAIT, S.TO_CORRECT, S.INTERRUPTED, S.SENT_BACK, S.REFUSED, S.ELSEWHERE}
        ),
        S.INTERRUPTED: frozenset({S.RECEIVED, S.REFUSED}),
        S.SENT_BACK: frozenset({S.RECEIVED, S.REFUSED}),
        S.SERVICE_FAIT: frozenset({S.TO_PAY, S.INTERRUPTED, S.SENT_BACK, S.REFUSED, S.ELSEWHERE}),
        S.TO_PAY: frozenset({S.SERVICE_FAIT}),  # all its mandats gone
        S.ELSEWHERE: frozenset({S.RECEIVED}),  # only by a named person's act
        S.REFUSED: frozenset(),
        S.CANCELLED: frozenset(),
    },
    words={
        S.RECEIVED: "reçue",
        S.TO_CORRECT: "à corriger",
        S.IN_VISA: "en visa",
        S.INTERRUPTED: "délai interrompu",
        S.SERVICE_FAIT: "service fait",
        S.TO_PAY: "à payer",
        S.SENT_BACK: "renvoyée",
        S.ELSEWHERE: "suivie ailleurs",
        S.REFUSED: "refusée",
        S.CANCELLED: "annulée",
    },
)
