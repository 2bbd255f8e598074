"""Chorus Pro as the pipeline sees it: a source of invoices, and the place where suppliers are told."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import structlog

from dematfin.chorus import search, structures
from dematfin.chorus.client import ChorusClient
from dematfin.chorus.dates import day
from dematfin.chorus.doors import Doors
from dematfin.chorus.history import passages
from dematfin.chorus.notice import Notice
from dematfin.chorus.pivot import read_one
from dematfin.chorus.readable import only_pdf
from dematfin.chorus.settings import ChorusSettings
from dematfin.chorus.wire.answers import Health
from dematfin.chorus.wire.base import number, read
from dematfin.chorus.wire.rows import Row
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.registers import StructureRules
from dematfin.errors import BadAnswer
from dematfin.ports.invoice_source import Reading, RemoteRef

DOWNLOAD: Final = "factures/v1/telecharger/groupe"
READABLE: Final = "PDF"
WORKING: Final = "200"
log = structlog.get_logger()


class ChorusPro:
    """Implements InvoiceSource and SupplierNotice."""

    def __init__(self, settings: ChorusSettings, secret: Callable[[str], str]) -> None:
        """Prepare the client; `secret` turns a reference of the configuration into the secret."""
        self._client = ChorusClient(settings, secret)
        self._doors = Doors(self._client.doors)
        self._notice = Notice(self._client, self._doors)
        self._page_size = settings.factures_par_page

    def doors(self) -> tuple[str, ...]:
        """Return the technical accounts."""
        return self._doors.names

    def check(self, door: str) -> None:
        """Try the link and both credentials, or raise what is wrong with them."""
        self._client.ask("transverses/v1/recuperer/tauxtva", {}, door)

    def is_open(self) -> bool:
        """Say whether the platform says that it is working; raises what prevents it from saying anything."""
        answer = self._client.look("transverses/v1/health-check", self._doors.names[0])
        return read(Health, answer).statusCodeValue == WORKING

    def close(self) -> None:
        """Hang up the connections that are kept."""
        self._client.close()

    def structures(self, door: str) -> tuple[StructureRules, ...]:
        """Return what our structures demand of suppliers."""
        return tuple(structures.structures(self._client, door))

    def changed(self, door: str, since: date, until: date) -> Iterator[RemoteRef]:
        """List invoices whose status changed between two days."""
        return self._refs(door, search.changed(self._client, door, since, until, self._page_size))

    def to_process(self, door: str) -> Iterator[RemoteRef]:
        """List what Chorus Pro shows as ours to process."""
        return self._refs(door, search.to_process(self._client, door, self._page_size))

    def fetch(self, remote_id: str, target: Path) -> tuple[Passage, ...]:
        """Download one invoice with its files: one a call, so that a bad one stops no other."""
        door, gone_through = self._doors.ask(remote_id, lambda one: passages(self._client, one, remote_id))
        self._download(remote_id, door, "PIVOT", target)
        return gone_through

    def read(self, remote_id: str, raw: Path, folder: Path) -> Reading:
        """Read a downloaded pivot."""
        return read_one(raw, remote_id, folder)

    def readable(self, remote_id: str, target: Path) -> None:
        """Download the PDF that Chorus Pro makes of an invoice; it may come inside a zip."""
        self._doors.ask(remote_id, lambda door: self._download(remote_id, door, READABLE, target))
        only_pdf(target, remote_id)

    def publish(self, intention: Intention) -> str:
        """Bring an invoice to a status, once."""
        return self._notice.publish(intention)

    def _download(self, remote_id: str, door: str, form: str, target: Path) -> None:
        request: dict[str, Any] = {"format": form, "listeFacture": [{"idFacture": int(remote_id)}]}
        if form == READABLE:
            request["avecPiecesJointesComplementaires"] = "NON"
        self._client.download(DOWNLOAD, request, door, target)
        if not target.stat().st_size:
            message = "Chorus Pro a répondu sans le fichier demandé."
            raise BadAnswer(message)

    def _refs(self, door: str, rows: Iterable[Row]) -> Iterator[RemoteRef]:
        for row in rows:
            if number(row.idFacture) is None:
                log.warning("chorus_row_without_id", id=row.idFacture[:40], invoice=row.numeroFacture[:40])
                continue
            self._doors.remember(row.idFacture, door)
            yield RemoteRef(
                remote_id=row.idFacture,
                number=row.numeroFacture,
                status=row.statut,
                status_at=row.dateHeureEtatCourant,
                status_on=day(row.dateHeureEtatCourant),
            )
