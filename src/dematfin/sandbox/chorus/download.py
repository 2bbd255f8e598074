"""The files of invoices: the pivot of several, or the PDF of what the supplier sent."""

import base64
import io
import zipfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from dematfin.sandbox.chorus.desk import received, unknown
from dematfin.sandbox.chorus.envelope import Body, success
from dematfin.sandbox.chorus.pivot import Unit, as_old, pivot
from dematfin.sandbox.chorus.rows import weight
from dematfin.sandbox.chorus.state import PARIS, Invoices, data
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import File, TechnicalAccount, World

LARGEST: Final = 120 * 1024 * 1024
"""Bytes of files that one answer may carry."""


class DownloadCalls:
    """Answers `telecharger/groupe`."""

    def __init__(self, world: World, invoices: Invoices, journal: Journal, faults: Faults) -> None:
        self._structures = {structure.id: structure for structure in world.structures}
        self._invoices = invoices
        self._journal = journal
        self._faults = faults

    def download(self, body: Body, account: TechnicalAccount) -> Reply:
        """Answer with one pivot for all, one PDF, or a zip of several files."""
        asked = [received(self._invoices, one.get("idFacture"), account) for one in body.get("listeFacture") or []]
        rows = [row for row in asked if row is not None]
        if not rows or len(rows) != len(asked) or body.get("format") not in {"PIVOT", "PDF"}:
            return unknown()
        if sum(weight(data(row), Path(row["dossier"])) for row in rows) > LARGEST:
            return Reply(status=413)
        if self._faults.take("moved"):
            self._invoices.set_status(rows[0]["id"], "SUSPENDUE", "Suspendue sur le portail", "")
        complete = str(body.get("avecPiecesJointesComplementaires")).upper() == "OUI"
        content = self._pivot(rows) if body["format"] == "PIVOT" else _readable(rows, complete=complete)

        def sent() -> None:
            for row in rows:
                self._invoices.downloaded(row["id"])
                self._journal.note("telechargement", idFacture=row["id"], format=body["format"])

        reply = success("GCU_MSG_01_000", fichierResultat=base64.b64encode(content).decode("ascii"))
        cut = len(reply.body) // 2 if self._faults.take("cut_download") else None
        return Reply(body=reply.body, cut=cut, sent=sent)

    def _pivot(self, rows: list[Any]) -> bytes:
        units = [
            Unit(
                invoice=data(row),
                structure=self._structures[row["structure"]],
                folder=Path(row["dossier"]),
                sent_again=row["renvoi"],
            )
            for row in rows
        ]
        zipped = not self._faults.take("raw_files")
        written = pivot(units, datetime.now(PARIS).date(), zipped=zipped)
        return as_old(written) if self._faults.take("old_pivot") else written


def _readable(rows: list[Any], *, complete: bool) -> bytes:
    """Return the only file, or a zip; several invoices have one directory each."""
    found = [(data(row).numero, row, file) for row in rows for file in _wanted(row, complete=complete)]
    if len(found) == 1:
        _, row, file = found[0]
        return (Path(row["dossier"]) / file.chemin).read_bytes()
    names = _numbered([f"{number}/{file.nom}" if len(rows) > 1 else file.nom for number, _, file in found])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, (_, row, file) in zip(names, found, strict=True):
            archive.write(Path(row["dossier"]) / file.chemin, name)
    return packed.getvalue()


def _wanted(row: Any, *, complete: bool) -> list[File]:
    return [file for file in data(row).fichiers if complete or file.principale]


def _numbered(names: list[str]) -> list[str]:
    """Two files of one name are told apart: facture.pdf, facture-2.pdf."""
    shown = []
    for order, name in enumerate(names):
        path, before = PurePosixPath(name), names[:order].count(name)
        shown.append(str(path.with_stem(f"{path.stem}-{before + 1}")) if before else name)
    return shown
