"""Where an invoice stands in the eyes of a director: its own state, then that of the mandat on which it waits."""

from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """One place where an invoice may wait, in the order of its life."""

    RECEIVED = "reçue"
    TO_CORRECT = "à corriger"
    INTERRUPTED = "délai interrompu"
    SENT_BACK = "renvoyée"
    IN_VISA = "en visa"
    SERVICE_FAIT = "service fait"
    LIQUIDATED = "mandat préparé"
    TO_SIGN = "à signer"
    TO_SEND = "à transmettre"
    SENT = "transmise"
    REFUSED_AT_GATE = "refusée au guichet"
    TAKEN_IN_CHARGE = "prise en charge"
    ON_HOLD = "en instance"
    REJECTED = "rejetée par le comptable"
    PARTLY_PAID = "payée en partie"
    PAID = "payée"
    REFUSED = "refusée"
    CANCELLED = "annulée"
    ELSEWHERE = "suivie ailleurs"


ENDED: Final = frozenset({Stage.PAID, Stage.REFUSED, Stage.CANCELLED, Stage.ELSEWHERE})
"""Nothing is waited for any more, or by others."""
STOPPED: Final = frozenset({Stage.INTERRUPTED, Stage.SENT_BACK})
"""Ours to wait for the supplier: the legal delay does not run."""
AT_THE_COMPTABLE: Final = frozenset({Stage.SENT, Stage.TAKEN_IN_CHARGE, Stage.ON_HOLD, Stage.PARTLY_PAID})
"""The ordonnateur has done its part."""
