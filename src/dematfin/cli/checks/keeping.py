"""What is kept: backups, documents, schemas."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look
from dematfin.cli.output import instant
from dematfin.domain.backup.standing import worries
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.retention.elimination import Eliminated
from dematfin.errors import DocumentError
from dematfin.pes.official import in_use
from dematfin.ports.documents import Documents
from dematfin.store.s3 import S3Documents
from dematfin.wiring import open_documents, saved_of

BACKUPS: Final = "sauvegardes"
DOCUMENTS: Final = "documents"
SCHEMAS: Final = "schémas PES"
CHUNK: Final = 1024 * 1024
SAMPLE: Final = 20
"""Documents read again of the oldest invoices, and as many of the newest."""


def backups(examined: Examined) -> Iterator[Line]:
    """Look at the age of the newest backup, at what it lacks, and at the last restoration that was tried."""
    saved = saved_of(examined.settings, examined.folder)
    if saved is None:
        remedy = 'Dites où les mettre : dossier = "/srv/sauvegardes" dans [sauvegarde].'
        yield look(BACKUPS, "leur âge n'est pas connu", remedy)
        return
    wrong = list(worries(saved, examined.now))
    for one in wrong:
        yield bad(BACKUPS, one.found, one.remedy, code=1) if one.grave else look(BACKUPS, one.found, one.remedy)
    if saved.last and saved.trial and not wrong:
        tried = f"restaurée à l'essai le {instant(saved.trial.at)}"
        yield good(BACKUPS, f"la dernière est du {instant(saved.last)} ({saved.where}), une {tried}")


def documents(examined: Examined) -> Iterator[Line]:
    """Hash again the files of the oldest invoices and of the newest: each must be what it was."""
    place = examined.settings.stockage.documents
    if not place.is_dir():
        remedy = "Remettez-le, ou montez son volume, avant que quoi que ce soit ne tourne."
        yield bad(DOCUMENTS, f"le dossier {place} n'est pas là", remedy)
        return
    kept, sample = open_documents(examined.settings, examined.folder), _sample(examined)
    where = kept.check() if isinstance(kept, S3Documents) else str(place)
    wrong = [one for one in sample if not _is_whole(kept, one)]
    for one in wrong[:SAMPLE]:
        remedy = "Remettez-le depuis la dernière sauvegarde (il porte le même nom), puis cherchez pourquoi."
        yield bad(DOCUMENTS, f"{one.sha256[:12]}… est absent ou abîmé", remedy, DocumentError.exit_code)
    if not wrong:
        yield good(DOCUMENTS, f"relus : {len(sample)}, tous intacts ({where})")


def _sample(examined: Examined) -> list[DocumentRef]:
    with examined.base.books() as books:
        picked = books.first(Invoice, SAMPLE, "notified_on"), books.last(Invoice, SAMPLE, "notified_on")
        found = [ref for invoices in picked for ref in _documents(invoices)[:SAMPLE]]
        away = {one.id for one in books.find(Eliminated, id={one.sha256 for one in found})}
    return list({one.sha256: one for one in found if one.sha256 not in away}.values())


def _documents(invoices: Iterable[Invoice]) -> list[DocumentRef]:
    return [one.document for invoice in invoices for one in invoice.content.attachments]


def _is_whole(kept: Documents, ref: DocumentRef) -> bool:
    digest = hashlib.sha256()
    try:
        with kept.open(ref) as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
    except (DocumentError, OSError):
        return False
    return digest.hexdigest() == ref.sha256


def schemas(examined: Examined) -> Iterator[Line]:
    """Load the schemas that judge flows; the official ones may miss."""
    said = examined.diagnosis.schemas()
    if in_use(examined.settings.schemas_place) is None:
        yield look(SCHEMAS, said, "Sans les officiels, un flux peut être refusé par Hélios que dematfin trouvait bon.")
    else:
        yield good(SCHEMAS, said)
