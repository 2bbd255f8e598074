"""The retours that arrive: each goes to the one authority bound to its SIRET, or to nobody."""

from dataclasses import dataclass

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.tdt.state import Transactions
from dematfin.sandbox.world import TdtAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Retours:
    """Takes retours; an authority is bound to the SIRETs of its accounts, and to those that it posted for."""

    transactions: Transactions
    accounts: tuple[TdtAccount, ...]
    faults: Faults
    journal: Journal

    def take(self, siret: str, name: str, data: bytes) -> None:
        """Take a file of the DGFiP."""
        if self.faults.take("retour_truncated"):
            data = data[: len(data) // 2]
        if self.faults.take("retour_odd_name"):
            name = f"{name.removesuffix('.xml')}.ocre"
        for _ in range(2 if self.faults.take("retour_twice") else 1):
            owner = self._owner(siret)
            key = self.transactions.bring_in(owner, name, data)
            self.journal.note("retour_arrive", retour=key, nom=name, siret=siret, collectivite=owner)

    def _owner(self, siret: str) -> int:
        """A SIRET bound to two authorities silences both."""
        declared = {one.collectivite for one in self.accounts if siret in one.sirets}
        bound = declared | self.transactions.authorities_of(siret)
        return bound.pop() if len(bound) == 1 else 0
