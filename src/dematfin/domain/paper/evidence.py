"""The evidence of a batch: what each of its pages became, with the fingerprints that prove it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dematfin.domain.document import DocumentRef
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.cut import Cut
from dematfin.domain.paper.pages import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Where and when a batch was cut: `by` is a person or the service, `host` a machine."""

    at: datetime
    by: str
    host: str
    version: str


def manifest(batch: Batch, sights: Sequence[Sight], cut: Cut, documents: Sequence[DocumentRef], made: Made) -> bytes:
    """Return the evidence as JSON."""
    content: dict[str, Any] = {
        "version": made.version,
        "machine": made.host,
        "fait_le": made.at.isoformat(timespec="seconds"),
        "par": made.by,
        "lot": batch.id,
        "fichier": batch.name,
        "sha256": batch.original.sha256,
        "octets": batch.original.size,
        "pris_le": batch.taken_at.isoformat(timespec="seconds"),
        "recto_verso": cut.duplex,
        "pages": [_page(sight, verdict) for sight, verdict in zip(sights, cut.verdicts, strict=True)],
        "documents": [
            {"pages": list(piece.pages), "sha256": ref.sha256, "octets": ref.size, "rotation": piece.turn}
            | _sheet(piece.sheet.route if piece.sheet else "", piece.sheet.series if piece.sheet else "")
            for piece, ref in zip(cut.pieces, documents, strict=True)
        ],
        "remarques": [finding.sentence for finding in cut.remarks],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _page(sight: Sight, verdict: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"page": sight.page, "verdict": verdict, "sha256": sight.digest}
    if sight.sheet:
        shown |= _sheet(sight.sheet.route, sight.sheet.series) | {"type": sight.sheet.mark, "lecture": sight.rung}
    return shown | ({"doute": sight.suspicion} if sight.suspicion else {})


def _sheet(route: str, serial: str) -> dict[str, str]:
    return {"route": route, "serie": serial}
