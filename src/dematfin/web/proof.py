"""The proof of an invoice, as one archive; a button asks for it, since the journal notes who takes it away."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from starlette.responses import Response

from dematfin.acts import proof
from dematfin.web.documents import Streamed
from dematfin.web.visit import Visit


def send(visit: Visit) -> Response:
    """Make the bundle of an invoice and send it; raises what the act does."""
    name = f"preuve-{visit.invoice}"
    with visit.app.documents.workspace() as folder:
        proof.make(visit.app, visit.who, visit.invoice, folder / name)
        packed = (folder / "archive").open("w+b")  # read, and closed, once the workspace is empty
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            _pack(folder / name, archive)
    size = packed.tell()
    packed.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Content-Length": str(size)}
    return Streamed(packed, media_type="application/zip", headers=headers)


def _pack(bundle: Path, archive: ZipFile) -> None:
    for path in sorted(bundle.rglob("*")):
        if path.is_file():
            archive.write(path, path.relative_to(bundle.parent))
