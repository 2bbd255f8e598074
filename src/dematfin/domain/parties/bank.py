"""Accounts on which a firm may be paid: a new one waits for two people who have called the firm back.

Changed bank details are the commonest fraud against local authorities; the DGFiP asks never to trust a mail or a call
alone, and to call back on the number of the contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from dematfin.domain.parties.iban import mask
from dematfin.errors import RuleError, SeparationOfDuties

CALLERS = 2
TO_CLEAR = "à valider par deux personnes"
CLEARED = "validé par deux personnes"
"""How the journal says where an account stands."""
NEAR = ("FR", "MC")
"""Accounts that need no BIC, and where a French firm usually banks; overseas accounts are French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """One person's word that the firm confirmed its account.

    Attributes:
        trace: who was called, on which number, found where.
    """

    by: str
    at: datetime
    trace: str


def enough(calls: Sequence[CallBack]) -> bool:
    """Whether two people have called back."""
    return len({call.by for call in calls}) >= CALLERS


def one_more(calls: tuple[CallBack, ...], call: CallBack, whom: str, what: str) -> tuple[CallBack, ...]:
    """Return the calls with one more, by somebody else; `whom` was called about `what`, in French.

    Raises:
        RuleError: the trace is empty; SeparationOfDuties: the same person again.
    """
    if not call.trace.strip():
        message = "Écrivez la trace du contre-appel : qui a été appelé, à quel numéro, trouvé où."
        raise RuleError(message)
    if any(earlier.by == call.by for earlier in calls):
        message = f"Vous avez déjà confirmé {what} : une autre personne doit rappeler {whom} à son tour."
        raise SeparationOfDuties(message)
    return (*calls, call)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """One account of one firm.

    Attributes:
        id: `<siren>:<iban>`.
        seen_in: where it was first seen: a register, an invoice.
        trusted: it was the firm's account when dematfin first heard of the firm.
    """

    id: str
    siren: str
    iban: str
    name: str
    seen_in: str
    seen_on: date
    trusted: bool = False
    calls: tuple[CallBack, ...] = ()

    @property
    def cleared(self) -> bool:
        """Whether the firm may be paid on it."""
        return self.trusted or enough(self.calls)

    def confirmed(self, call: CallBack) -> "KnownAccount":
        """Return the account with one more word on it.

        Raises:
            RuleError: it needs none, or the trace is empty.
            SeparationOfDuties: the same person again.
        """
        what = f"le compte {mask(self.iban)} de {self.name}"
        if self.cleared:
            message = f"Il n'y a rien à confirmer : {what} est déjà validé."
            raise RuleError(message)
        return replace(self, calls=one_more(self.calls, call, "le fournisseur", what))


def account_id(siren: str, iban: str) -> str:
    """Name an account of a firm."""
    return f"{siren}:{iban}"
