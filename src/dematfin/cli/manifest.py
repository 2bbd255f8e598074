"""The manifest of treated batches: what became of each page, and where each document is."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dematfin.acts.paper_views import BatchView, view
from dematfin.cli.context import Desk
from dematfin.cli.output import table
from dematfin.domain.paper.batch import LABELS, Batch, BatchState
from dematfin.domain.paper.capture import LABELS as DOCUMENT_LABELS
from dematfin.domain.paper.capture import Capture
from dematfin.domain.paper.cut import span
from dematfin.errors import ConfigError
from dematfin.steps.outcome import Outcome
from dematfin.support.refusals import reason

Manifest = dict[str, Any]


def leave(desk: Desk, batches: Sequence[Batch], outcome: Outcome, folder: Path) -> Manifest:
    """Write the documents of batches into a folder, and return the manifest."""
    views = [view(desk.app, desk.who, batch.id) for batch in batches]
    paths = {one.id: folder / _name(one) for seen in views for one in seen.documents}
    _write(desk, [one for seen in views for one in seen.documents], paths)
    return {
        "lots": [_batch(seen) for seen in views],
        "pages": [line for seen in views for line in _pages(seen, paths)],
        "documents": [_document(seen, one, paths[one.id]) for seen in views for one in seen.documents],
        "echecs": [failure.sentence for failure in outcome.failures],
        "notes": list(outcome.notes),
    }


def shown(manifest: Manifest) -> None:
    """Draw a manifest on the screen."""
    table(
        ("Document", "Pages", "Route", "Feuille", "Fichier"),
        [
            (one["id"], span(one["pages"]), one["route"] or "—", one["serie"] or "—", Path(one["fichier"]).name)
            for one in manifest["documents"]
        ],
        words=(1,),
        empty="Aucun document.",
    )


def _write(desk: Desk, documents: Sequence[Capture], paths: dict[str, Path]) -> None:
    for document in documents:
        target = paths[document.id]
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with desk.app.documents.open(document.document) as kept, target.open("wb") as sink:
                shutil.copyfileobj(kept, sink)
        except OSError as error:
            message = (
                f"Le document {document.id} ne s'écrit pas dans {target.parent} : {reason(error)}. Il est gardé ; "
                "donnez un autre dossier avec --vers."
            )
            raise ConfigError(message) from error


def _name(document: Capture) -> str:
    """Name the file of a document; a route is made of letters, digits and hyphens."""
    return f"{document.batch}-{document.place:02d}-{document.route or 'sans-feuille'}.pdf"


def _batch(seen: BatchView) -> Manifest:
    batch = seen.batch
    return {
        "lot": batch.id,
        "source": batch.name,
        "sha256": batch.original.sha256,
        "etat": LABELS[batch.state],
        "pages": batch.pages,
        "documents": len(seen.documents),
        "feuilles": sum(1 for page in seen.pages if page.verdict == "separator"),
        "recto_verso": batch.duplex,
        "raison": batch.reason,
        "erreur": batch.error,
        "remarques": [{"code": one.code, "texte": one.sentence} for one in batch.remarks],
        "proposition": [] if batch.state is BatchState.PUBLISHED else [list(pages) for pages in seen.proposed()],
    }


def _pages(seen: BatchView, paths: dict[str, Path]) -> list[Manifest]:
    return [
        {
            "source": seen.batch.name,
            "lot": seen.batch.id,
            "page": page.page,
            "verdict": page.verdict,
            "document": str(paths[page.document].resolve()) if page.document in paths else None,
            "sha256": page.digest,
            "route": page.route or None,
            "serie": f"{page.serial:06d}" if page.serial else None,
            "lecture": page.rung or None,
            "doute": page.suspicion or None,
        }
        for page in seen.pages
    ]


def _document(seen: BatchView, document: Capture, path: Path) -> Manifest:
    return {
        "id": document.id,
        "source": seen.batch.name,
        "lot": document.batch,
        "fichier": str(path.resolve()),
        "pages": list(document.pages),
        "route": document.route or None,
        "serie": document.serial or None,
        "service": document.service or None,
        "etat": DOCUMENT_LABELS[document.state],
        "rotation": document.turn,
        "sha256": document.document.sha256,
        "facture": document.invoice_id or None,
        "lu": [{"champ": one.field, "valeur": one.value, "confiance": one.trust} for one in document.proposals],
    }
