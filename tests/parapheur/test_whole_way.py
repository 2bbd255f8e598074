"""The whole way over real HTTPS with a client certificate, on a real base and real documents."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from dematfin.acts import answers
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.remote import Bridge, RemoteFolder, RemoteState
from dematfin.errors import AccessDenied, ConfigError, Unreachable
from dematfin.ports.app import App
from dematfin.ports.ledger import Record
from dematfin.sandbox import pki
from dematfin.sandbox.iparapheur.app import PLAIN, ParapheurApp
from dematfin.steps.control import control
from dematfin.steps.intake import intake
from dematfin.steps.parapheur import parapheur
from dematfin.steps.visa import visa
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from examples import ADMIN, AGENT, COMMUNE, VISEUR, engagement, tiers
from fakes.hall import Hall
from parapheur.platform import SETUP, Pages, adapter, serving

PASSWORD = "TEST du client"


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parapheur") / "tls"
    pki.make_transport_pki(folder, PASSWORD)
    return folder


@contextmanager
def secured(tls: Path, state: Path) -> Iterator[tuple[ParapheurApp, str]]:
    """Lend an i-Parapheur that demands a client certificate, as v4 servers do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "tdt-serveur.pem")
    context.load_verify_locations(tls / "tdt-ac.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    app = ParapheurApp(SETUP, state)
    with serving(app, context) as url:
        yield app, url
    app.close()


def with_certificate(tls: Path) -> dict[str, Any]:
    return {
        "certificat": tls / "tdt-client.p12",
        "mot_de_passe_certificat": PASSWORD,
        "autorites": tls / "tdt-ac.pem",
        "delai_lecture": 20,
    }


def pages_of(app: ParapheurApp) -> Iterator[Pages]:
    """Lend the pages of an i-Parapheur, which people reach otherwise than we do."""
    with serving(app) as url:
        yield Pages(url)


def on_disk(place: Path, there: Any) -> Hall:
    """Return a hall whose books, documents and i-Parapheur are real."""
    hall = Hall.build(place, bridge=Bridge())
    ledger = SqlLedger(open_engine(str(place / "registre.db")), COMMUNE, hall.clock.now)
    with ledger.transaction() as books:
        books.save(tiers(), engagement(), AGENT, VISEUR, ADMIN)
    real = replace(hall.app, ledger=ledger, documents=FolderDocuments(place / "documents", 0), parapheur=there)
    return replace(hall, app=real)


def found(app: App, kind: type[Any]) -> tuple[Any, ...]:
    with app.ledger.reading() as books:
        return books.find(kind)


def test_30_31_32_three_invoices_go_there_and_come_back(tls: Path, tmp_path: Path) -> None:
    with secured(tls, tmp_path / "parapheur") as (there, url):
        hall = on_disk(tmp_path, adapter(url, **with_certificate(tls)))
        hall.deposit("120.00", "45.30", "999.99")
        there.faults.set("cut_after_create", 1)
        for step in (intake, control, visa, parapheur, parapheur):
            step(hall.app)
        records = found(hall.app, RemoteFolder)
        assert [one.state for one in records] == [RemoteState.SENT] * 3
        yes, no, left = (one.id for one in records)
        for pages in pages_of(there):
            pages.annex(yes, "bon.pdf", b"%PDF-1.7 bon")
            pages.visa(yes, "Conforme.", date_service_fait="2026-03-01")
            pages.reject(no, "[DOUBLON] Déjà reçue.")
        answers.recycle(hall.app, AGENT, "F2026-000003", "Mauvais service.")
        outcomes = [parapheur(hall.app), parapheur(hall.app)]
        assert [one.failures for one in outcomes] == [(), ()]
        assert there.folders.all() == []
        done = [(line["what"], line["dossier"]) for line in there.journal.lines()]
        assert sorted(done[:3]) == sorted(("creation", one.id) for one in records)
        assert sorted(done[3:]) == sorted(
            [("remords", left), ("archivage", left), ("archivage", yes), ("effacement", no)]
        )
    _check_ends(hall.app)


def _check_ends(app: App) -> None:
    ends = [InvoiceState.SERVICE_FAIT, InvoiceState.REFUSED, InvoiceState.SENT_BACK]
    assert [one.state for one in found(app, Invoice)] == ends
    folders = found(app, VisaFolder)
    assert [one.state for one in folders] == [FolderState.APPROVED, FolderState.REFUSED, FolderState.WITHDRAWN]
    with app.documents.open(folders[0].slip) as slip:
        assert slip.read().startswith(b"%PDF-")
    assert app.ledger.verify_journal().intact
    assert len(app.ledger.history(Subject.REMOTE)) == 3 + 3 + 2 + 1 + 3


@pytest.mark.parametrize("kind", ["p12", "pem"])
def test_a_client_certificate_of_either_form_opens(tls: Path, tmp_path: Path, kind: str) -> None:
    changes = with_certificate(tls)
    if kind == "pem":
        own = serialization.pkcs12.load_key_and_certificates((tls / "tdt-client.p12").read_bytes(), PASSWORD.encode())
        assert own[0] is not None
        key = own[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
        changes["certificat"] = tmp_path / "client.pem"
        pki.private(changes["certificat"], key + (tls / "tdt-client.pem").read_bytes())
    with secured(tls, tmp_path / "etat") as (_, url):
        adapter(url, **changes).check()
        adapter(url + PLAIN, **changes).check()


def test_without_its_certificate_or_its_authority_nothing_is_done(tls: Path, tmp_path: Path) -> None:
    with secured(tls, tmp_path / "etat") as (there, url):
        with pytest.raises(AccessDenied, match="refuse notre certificat"):
            adapter(url, autorites=tls / "tdt-ac.pem").check()
        changes = with_certificate(tls)
        del changes["autorites"]
        with pytest.raises(Unreachable, match="n'est pas reconnu"):
            adapter(url, **changes).check()
        assert there.folders.all() == []


def test_plain_http_is_for_this_machine_only() -> None:
    with pytest.raises(ConfigError, match="https"):
        adapter("http://parapheur.invalid").check()


def test_a_record_kept_is_read_back_the_same(tmp_path: Path) -> None:
    hall = on_disk(tmp_path, None)
    record: Record = RemoteFolder(
        id="DF-1",
        folder="F-1/1",
        invoice_id="F-1",
        made_on=hall.clock.today(),
        alert_on=hall.clock.today(),
        sent_at=hall.clock.now(),
        refused=True,
    )
    with hall.app.ledger.transaction() as books:
        books.save(record)
    assert found(hall.app, RemoteFolder) == (record,)
