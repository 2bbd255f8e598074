"""Which technical account shows which invoice: remembered from the lists, else looked for."""

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.failures import FunctionalError
from dematfin.chorus.history import current_status
from dematfin.errors import AccessDenied


class Doors:
    """The accounts of a collectivité; with only one there is nothing to look for."""

    def __init__(self, client: ChorusClient) -> None:
        self._client = client
        self._known: dict[str, str] = {}

    def remember(self, remote_id: str, door: str) -> None:
        """Note that an account has listed an invoice."""
        self._known[remote_id] = door

    def of(self, remote_id: str) -> str:
        """Return the account that shows an invoice, or raise what the last one tried answers."""
        first, *others = self._client.doors
        if not others:
            return first
        if remote_id not in self._known:
            self._known[remote_id] = self._look_for(remote_id)
        return self._known[remote_id]

    def _look_for(self, remote_id: str) -> str:
        *doors, last = self._client.doors
        for door in doors:
            try:
                current_status(self._client, door, remote_id)
            except (FunctionalError, AccessDenied):
                continue
            return door
        current_status(self._client, last, remote_id)
        return last
