"""Bringing an invoice to a status: what it has is asked, what is allowed is asked, then it is written, once."""

from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.details import details
from dematfin.chorus.doors import Doors
from dematfin.chorus.failures import FunctionalError
from dematfin.chorus.history import current_status, first_set_since, latest, returned_since, set_then_left
from dematfin.chorus.wire.answers import NextStatus, Treated
from dematfin.chorus.wire.base import read, read_all
from dematfin.chorus.wire.history import History
from dematfin.domain.intention import LONGEST_MOTIF, Intention, SupplierStatus
from dematfin.domain.invoice.chorus import said
from dematfin.errors import ConnectorError, Refused, UnknownOutcome, Unreachable

ROAD: Final = ("SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT")
"""Each status comes after the ones on its left; some may be skipped."""
CLOSED: Final = frozenset({"REJETEE", "SUSPENDUE", "A_RECYCLER"})
"""From here the recipient takes an invoice no further; one that is suspended may still be sent away."""
AWAY: Final = frozenset({SupplierStatus.RECYCLED, SupplierStatus.REFUSED})
RETURNING: Final = frozenset({SupplierStatus.SUSPENDED, SupplierStatus.RECYCLED})
"""From these the supplier brings the invoice back to us."""
UNLISTED: Final = SupplierStatus.SERVICE_FAIT
"""The official list of possible statuses is older than this one, which production accepts: the platform decides."""


class Notice:
    """Publishes intentions through one client."""

    def __init__(self, client: ChorusClient, doors: Doors) -> None:
        self._client = client
        self._doors = doors

    def publish(self, intention: Intention) -> str:
        """Bring an invoice to a status, and return the one that is shown then."""
        key = intention.remote_id
        door, history = self._doors.ask(key, lambda one: latest(self._client, one, key))
        current = current_status(history)
        if _told(intention, history):
            self._check_mandat(intention, door, history)
            return current
        if current in CLOSED and not (current == SupplierStatus.SUSPENDED and intention.status in AWAY):
            raise _impossible(intention, current)
        if returned_since(history, intention.formed_at):
            raise _impossible(intention, current, "Elle est revenue du fournisseur depuis la décision.")
        self._check_allowed(intention, door, current)
        try:
            answer = self._client.tell("factures/v1/traiter/recue", _request(intention), door)
        except (FunctionalError, UnknownOutcome) as error:
            return self._after_doubt(intention, door, error)
        except Unreachable as error:
            message = (
                f"Facture {intention.invoice_id} : le statut « {said(intention.status)} » n'est pas transmis. {error}"
            )
            raise Unreachable(message, rest=error.rest) from error
        return read(Treated, answer).nouveauStatut or intention.status

    def _check_allowed(self, intention: Intention, door: str, current: str) -> None:
        allowed = self._allowed(door, current)
        if allowed and intention.status not in allowed and intention.status is not UNLISTED:
            shown = ", ".join(sorted(said(status) for status in allowed))
            raise _impossible(intention, current, f"Statuts que Chorus Pro permet : {shown}.")

    def _allowed(self, door: str, current: str) -> frozenset[str]:
        """Return what may follow a status; nothing when the platform will not say, which then decides alone."""
        try:
            answer = self._client.ask("transverses/v1/recuperer/etats/traitement", {"statutCourant": current}, door)
        except FunctionalError:
            return frozenset()
        rows = read_all(NextStatus, answer.get("listeStatutsPossiblesPourTraitement"))
        return frozenset(row.statutPossiblePourTraitement for row in rows)

    def _check_mandat(self, intention: Intention, door: str, history: History) -> None:
        """An invoice that somebody else has mandated must not be paid a second time by our flow.

        A status without a number is ours, or an agent's for us, when it came after our mandat.
        """
        if intention.status is not SupplierStatus.MANDATEE:
            return
        current = current_status(history)
        shown = details(self._client, door, intention.remote_id).references.numeroDpMandat.lstrip("0")
        unnumbered = not shown and current == intention.status
        if shown == intention.mandat or (unnumbered and first_set_since(history, current, intention.formed_at)):
            return
        message = (
            f"Facture {intention.invoice_id} : Chorus Pro la montre déjà mandatée (« {said(current)} ») sous le n° "
            f"{shown or 'inconnu'}, et non sous le nôtre ({intention.mandat}). Son flux ne part pas : vérifiez avec le "
            "comptable qu'elle n'est pas payée deux fois. Si ce mandat est bien le nôtre : dematfin chorus admettre."
        )
        raise Refused(message)

    def _after_doubt(self, intention: Intention, door: str, error: FunctionalError | UnknownOutcome) -> str:
        """The status may have been set all the same: the history tells, if it can be had."""
        try:
            history = latest(self._client, door, intention.remote_id)
        except ConnectorError as silence:
            message = f"Facture {intention.invoice_id} : {error} {silence}"
            raise UnknownOutcome(message) from silence
        current = current_status(history)
        if _told(intention, history):
            return current
        if isinstance(error, UnknownOutcome):
            raise error
        raise _impossible(intention, current, str(error)) from error


def _told(intention: Intention, history: History) -> bool:
    """Say whether suppliers know already: an earlier try may have arrived, and the invoice be back since."""
    if reached(current_status(history), intention.status):
        return True
    return intention.status in RETURNING and set_then_left(history, intention.status, intention.formed_at)


def reached(current: str, wanted: str) -> bool:
    """Say whether an invoice is at a status, or further on the same road."""
    if current == wanted:
        return True
    return current in ROAD and wanted in ROAD and ROAD.index(current) > ROAD.index(wanted)


def _request(intention: Intention) -> dict[str, Any]:
    request: dict[str, Any] = {"idFacture": int(intention.remote_id), "nouveauStatut": str(intention.status)}
    if intention.motif:
        request["motif"] = intention.motif[:LONGEST_MOTIF]
    if intention.status is SupplierStatus.MANDATEE:
        request["numeroDPMandat"] = intention.mandat
    return request


def _impossible(intention: Intention, current: str, reason: str = "") -> Refused:
    shown = said(current) if current else "statut inconnu"
    return Refused(
        f"Facture {intention.invoice_id} : Chorus Pro la montre « {shown} », elle ne peut pas "
        f"devenir « {said(intention.status)} ». Vérifiez dans Chorus Pro qui l'a changée. {reason}".strip()
    )
