"""What a demonstration leaves to be read: resume.json, the report, the flows, the book of what is left to sign."""

import json
import shutil
from decimal import Decimal
from typing import Any

from dematfin.acts import consult
from dematfin.acts.book import book
from dematfin.acts.book import write as write_book
from dematfin.demo.folder import DemoFolder
from dematfin.domain.figures.overview import FluxRow, InvoiceRow, Overview
from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.waiver import Waiver
from dematfin.ports.app import App
from dematfin.reports.page import write
from dematfin.sandbox.neighbours import last_statuses


def leave(app: App, who: Person, folder: DemoFolder) -> Overview:
    """Write everything and return the picture."""
    picture = consult.picture(app, who)
    write(picture, folder.root / "rapport.html")
    _flows(app, folder)
    _books(app, who, folder)
    summary = {
        "factures": [_invoice(row) for row in picture.invoices],
        "flux": [_flux(row) for row in picture.flux],
        "chorus": last_statuses(folder.sandbox),
        "alertes": list(picture.alerts),
        "derogations": [_waiver(one) for one in picture.waivers],
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (folder.root / "resume.json").write_text(text + "\n", encoding="utf-8")
    return picture


def _invoice(row: InvoiceRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "origine": row.origin,
        "idFacture": row.remote_id if row.origin == Origin.CHORUS else None,
        "numero": row.number,
        "type": row.kind,
        "fournisseur": row.supplier,
        "siret": row.supplier_siret,
        "siret_destinataire": row.siret,
        "ttc": _text(row.ttc),
        "etat": row.label,
        "mandat": row.mandat or None,
        "bordereau": row.bordereau or None,
    }


def _flux(row: FluxRow) -> dict[str, Any]:
    return {
        "nomfic": row.nomfic,
        "bordereaux": list(row.bordereaux),
        "total": _text(row.total),
        "etat": row.label,
        "acquit": row.acquit or None,
    }


def _waiver(one: Waiver) -> dict[str, Any]:
    return {
        "jour": one.made_on.isoformat(),
        "quoi": one.subject,
        "id": one.subject_id,
        "personne": one.person,
        "fait": one.what,
    }


def _flows(app: App, folder: DemoFolder) -> None:
    """Copy each flow as the TdT received it, and as it was before the signature."""
    received = folder.root / "pes"
    for flow in (folder.sandbox / "tdt" / "flux").glob("*.xml"):
        shutil.copyfile(flow, received / flow.name)
    with app.ledger.reading() as books:
        sent = [flux for flux in books.find(Flux) if flux.state is FluxState.ACKNOWLEDGED]
    for flux in sent:
        with app.documents.local(flux.unsigned) as unsigned:
            shutil.copyfile(unsigned, received / "avant-signature" / f"{flux.id}.xml")


def _books(app: App, who: Person, folder: DemoFolder) -> None:
    """Write the mayor's book of each bordereau that waits for a signature."""
    with app.ledger.reading() as books:
        waiting = [key for flux in books.find(Flux, state=FluxState.BUILT) for key in flux.bordereaux]
    for key in waiting:
        with (folder.root / f"livre-{key}.html").open("wb") as sink:
            write_book(app, who, book(app, who, key), sink)


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
