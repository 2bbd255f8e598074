"""Chorus Pro as the pipeline sees it: a source of invoices, and the place where suppliers are told."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

import structlog

from dematfin.chorus.client import ChorusClient, FunctionalError
from dematfin.chorus.history import current_status, first_disposal
from dematfin.chorus.paging import every
from dematfin.chorus.pivot import decoded, read_one
from dematfin.chorus.settings import ChorusSettings
from dematfin.chorus.statuts import CLOSED, FIRST_SEEN_MANDATED, READY, WORDS, reached
from dematfin.chorus.structures import structures
from dematfin.chorus.wire import Row, inside, number, read_all
from dematfin.domain.intention import Intention, SupplierStatus
from dematfin.domain.registers import StructureRules
from dematfin.errors import ConnectorError, Refused, UnknownOutcome, Unreachable
from dematfin.ports.invoice_source import Raw, Reading, RemoteRef

KINDS: Final = ("FACTURE", "FACTURE_TRAVAUX")
"""Both must be asked for to get everything."""
LONGEST_MOTIF: Final = 255

log = structlog.get_logger()


class ChorusPro:
    """Implements InvoiceSource and SupplierNotice."""

    def __init__(self, settings: ChorusSettings, secret: Callable[[str], str]) -> None:
        """Prepare the client; `secret` turns a reference of the configuration into the secret."""
        self._client = ChorusClient(settings, secret)
        self._page_size = settings.factures_par_page
        self._writes = settings.ecriture

    def check(self) -> None:
        """Try the link and both credentials, or raise what is wrong with them."""
        self._client.ask("transverses/v1/recuperer/tauxtva", {})

    def close(self) -> None:
        """Hang up the connections that are kept."""
        self._client.close()

    def structures(self) -> tuple[StructureRules, ...]:
        """Return what our structures demand of suppliers."""
        return tuple(structures(self._client))

    def changed(self, since: date, until: date) -> Iterator[RemoteRef]:
        """List invoices by the date of their status: a suspended one that comes back keeps its deposit date."""
        for kind in KINDS:
            window = {
                "typeDemandePaiement": kind,
                "periodeDateHeureEtatCourantDu": since.isoformat(),
                "periodeDateHeureEtatCourantAu": f"{until.isoformat()}T23:59:59",
            }
            for row in self._rows(window):
                if number(row.idFacture) is None:
                    log.warning("chorus_row_without_id", id=row.idFacture[:40], invoice=row.numeroFacture[:40])
                    continue
                yield _ref(row)

    def fetch(self, remote_id: str) -> Raw:
        """Download one invoice with its files: one a call, so that a bad one stops no other."""
        notified_on = first_disposal(self._client, remote_id)
        request = {"format": "PIVOT", "listeFacture": [{"idFacture": int(remote_id)}]}
        answer = self._client.ask("factures/v1/telecharger/groupe", request, download=True)
        return Raw(remote_id=remote_id, data=decoded(answer.get("fichierResultat")), notified_on=notified_on)

    def read(self, remote_id: str, data: bytes) -> Reading:
        """Read a downloaded pivot."""
        return read_one(data, remote_id)

    def publish(self, intention: Intention) -> str:
        """Bring an invoice to a status, once."""
        current = current_status(self._client, intention.remote_id)
        if reached(current, intention.status):
            self._check_mandat(intention, current)
            return current
        if current in CLOSED:
            raise _impossible(intention, current)
        if not self._writes:  # not a refusal: it will be told on the day when writing is allowed
            message = (
                f"Facture {intention.invoice_id} : le statut « {WORDS[intention.status]} » n'est pas transmis, "
                "l'écriture dans Chorus Pro est désactivée (ecriture = false dans la section [chorus])."
            )
            raise Unreachable(message)
        try:
            self._client.tell("factures/v1/traiter/recue", _request(intention))
        except (FunctionalError, UnknownOutcome) as error:
            return self._after_doubt(intention, error)
        return intention.status

    def _check_mandat(self, intention: Intention, current: str) -> None:
        """An invoice that somebody else has mandated must not be paid a second time by our flow."""
        if intention.status is not SupplierStatus.MANDATEE:
            return
        request = {"identifiantFactureCPP": int(intention.remote_id), "codeLangue": "fr"}
        answer = self._client.ask("factures/v1/consulter/recipiendaire", request)
        references = inside(inside(answer, "facture"), "references")
        shown = str(references.get("numeroDpMandat") or "").strip().lstrip("0")
        if shown == intention.mandat or (not shown and current == intention.status):
            return
        message = (
            f"Facture {intention.invoice_id} : Chorus Pro la montre déjà mandatée (statut {current}) sous le n° "
            f"{shown or 'inconnu'}, et non sous le nôtre ({intention.mandat}). Son flux ne part pas : vérifiez avec le "
            "comptable qu'elle n'est pas payée deux fois."
        )
        raise Refused(message)

    def _after_doubt(self, intention: Intention, error: FunctionalError | UnknownOutcome) -> str:
        """The status may have been set all the same: the history tells, if it can be had."""
        try:
            current = current_status(self._client, intention.remote_id)
        except ConnectorError as silence:
            message = f"Facture {intention.invoice_id} : {error} {silence}"
            raise UnknownOutcome(message) from silence
        if reached(current, intention.status):
            return current
        if isinstance(error, UnknownOutcome):
            raise error
        raise _impossible(intention, current, str(error)) from error

    def _rows(self, window: dict[str, Any]) -> Iterator[Row]:
        def ask(page: int) -> tuple[list[Row], Any]:
            paging = {
                "pageResultatDemandee": page,
                "nbResultatsParPage": self._page_size,
                "triColonne": "DateDepot",
                "triSens": "Ascendant",
            }
            answer = self._client.ask("factures/v1/rechercher/recipiendaire", {**window, "paramRecherche": paging})
            return read_all(Row, answer.get("listeFactures")), answer.get("pages")

        return every(ask)


def _ref(row: Row) -> RemoteRef:
    return RemoteRef(
        remote_id=row.idFacture,
        number=row.numeroFacture,
        status=row.statut,
        status_at=row.dateHeureEtatCourant,
        ready=row.statut in READY,
        elsewhere=row.statut in FIRST_SEEN_MANDATED,
    )


def _request(intention: Intention) -> dict[str, Any]:
    request: dict[str, Any] = {"idFacture": int(intention.remote_id), "nouveauStatut": str(intention.status)}
    if intention.motif:
        request["motif"] = intention.motif[:LONGEST_MOTIF]
    if intention.status is SupplierStatus.MANDATEE:
        request["numeroDPMandat"] = intention.mandat
    return request


def _impossible(intention: Intention, current: str, reason: str = "") -> Refused:
    return Refused(
        f"Facture {intention.invoice_id} : Chorus Pro la montre au statut {current or 'inconnu'}, elle ne peut pas "
        f"devenir « {WORDS[intention.status]} ». Vérifiez dans Chorus Pro qui l'a changée. {reason}".strip()
    )
