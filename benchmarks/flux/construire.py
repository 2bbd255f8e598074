"""Building a flow of many documents, against the least that it takes.

    construire = writing the flow and keeping it for good / (sha256 + gzip + base64 of the documents + a durable write)
    mémoire    = megabytes above what the process held before, at most

Documents are random bytes, as a PDF seems to be to gzip. Each side runs in its own process, several times in turn.
"""

import argparse
import binascii
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from datetime import date
from decimal import Decimal
from pathlib import Path

from dematfin.domain.delay.dgp import delay
from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.flux import FlowPlan, nomfic
from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.domain.mandat.pieces import Piece, unique_id
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.domain.registers import Imputation
from dematfin.pes.build import Writer
from dematfin.pes.pieces_jointes import DEFLATE, GZIP, LEVEL
from dematfin.pes.validate import Schemas
from dematfin.store.documents import FolderDocuments

SIRET = "21990042000015"
DAY = date(2026, 3, 20)
AIM, MOST = 1.7, 48
KILOBYTE = 1024
ACCOUNT = BankAccount(iban="FR7619999000170009876543276", bic="TESTFRPP", holder="PAPETERIE DU LAC")
CREDITOR = Tiers(
    id="F00231",
    name="PAPETERIE DU LAC",
    identifier="91098765000017",
    siren="910987650",
    address=Address(line2="12 avenue du Test", postcode="99000", town="ESSAIVILLE"),
    account=ACCOUNT,
)
BUDGET = Budget(siret=SIRET, code="COMMUNE", label="VALBRUME", post="099042", cod_col="142", cod_bud="00")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mandats", type=int, default=1_000)
    parser.add_argument("--octets", type=int, default=100_000, help="size of each document")
    parser.add_argument("--tours", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cote", choices=("construire", "plancher"), help=argparse.SUPPRESS)
    parser.add_argument("--dossier", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cote:
        print(json.dumps(SIDES[options.cote](options.dossier)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        prepare(Path(scratch), options.mandats, options.octets)
        runs = [(child("construire", scratch), child("plancher", scratch)) for _ in range(options.tours)]
    ratio = min(one["seconds"] for one, _ in runs) / min(floor["seconds"] for _, floor in runs)
    memory = max(one["megabytes"] for one, _ in runs)
    if options.json:
        figures = [
            {"name": "construire", "ratio": round(ratio, 3), "unit": "x floor"},
            {"name": "construire_memoire", "value": round(memory, 1), "unit": "MB"},
        ]
        print(json.dumps({"figures": figures}))
        return
    print(f"construire : ratio {ratio:.2f} (visé : {AIM} au plus), avec {DEFLATE.__name__}")
    print(f"mémoire : {memory:.0f} Mo de plus qu'avant (visé : {MOST} au plus)")


def child(side: str, folder: str) -> dict[str, float]:
    """Measure one side alone in its process."""
    command = [sys.executable, __file__, "--cote", side, "--dossier", folder]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def prepare(folder: Path, count: int, size: int) -> None:
    """Keep the documents that the flow will carry."""
    documents = FolderDocuments(folder / "documents", 0)
    source = random.Random(1)
    with documents.batch():
        refs = [documents.put(source.randbytes(size)) for _ in range(count)]
    (folder / "refs.json").write_text(json.dumps([(ref.sha256, ref.size) for ref in refs]))


def references(folder: Path) -> list[DocumentRef]:
    return [DocumentRef(sha256=key, size=size) for key, size in json.loads((folder / "refs.json").read_text())]


def build(folder: Path) -> dict[str, float]:
    """Write the flow, and keep it as the step does."""
    documents = FolderDocuments(folder / "documents", 0)
    writer = Writer(documents.open, Schemas(), "1.0")
    flow = plan(references(folder))
    before, start = resident(), time.perf_counter()
    with documents.workspace() as workspace:
        target = workspace / "flux.xml"
        writer.build(flow, target)
        kept = documents.put_file(target)
    seconds = time.perf_counter() - start
    with documents.local(kept) as path:
        path.unlink()  # kept again, and not found there already, by the next run
    return {"seconds": seconds, "megabytes": (peak() - before) / KILOBYTE}


def floor(folder: Path) -> dict[str, float]:
    """Do by hand, document after document, what cannot be spared."""
    documents = FolderDocuments(folder / "documents", 0)
    refs = references(folder)
    start = time.perf_counter()
    target = folder / "plancher"
    with target.open("wb") as sink:
        for ref in refs:
            with documents.open(ref) as source:
                data = source.read()
            hashlib.sha256(data).digest()
            packer = DEFLATE.compressobj(LEVEL, zlib.DEFLATED, GZIP)
            sink.write(binascii.b2a_base64(packer.compress(data) + packer.flush(), newline=False))
        sink.flush()
        os.fsync(sink.fileno())
    seconds = time.perf_counter() - start
    target.unlink()
    return {"seconds": seconds, "megabytes": 0}


SIDES = {"construire": build, "plancher": floor}


def resident() -> float:
    """Return the kilobytes that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / KILOBYTE


def peak() -> float:
    """Return the most kilobytes that it ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def plan(refs: list[DocumentRef]) -> FlowPlan:
    """Return a bordereau of one mandat and one document each."""
    pieces = tuple(
        Piece(
            id=unique_id(SIRET, DAY.year, number),
            invoice_id=f"F2026-{number:06d}",
            name="facture.pdf",
            media_type="application/pdf",
            description=f"Facture F-{number}",
            document=ref,
        )
        for number, ref in enumerate(refs, start=1)
    )
    mandats = tuple(mandat(number, piece) for number, piece in enumerate(pieces, start=1))
    total = sum((one.amount for one in mandats), Decimal(0))
    bordereau = Bordereau(
        id="COMMUNE-2026-42",
        siret=SIRET,
        exercice=DAY.year,
        number=42,
        emitted_on=DAY,
        mandats=tuple(one.id for one in mandats),
        total=total,
        cumul=total,
        prepared_by="agent",
    )
    return FlowPlan(
        nomfic=nomfic(SIRET, DAY.year, 42, 1),
        budget=BUDGET,
        built_on=DAY,
        sheets=((bordereau, mandats),),
        references=pieces,
        carried=frozenset(piece.id for piece in pieces),
    )


def mandat(number: int, piece: Piece) -> Mandat:
    amount = Decimal("120.00")
    line = Line(number=1, imputation=Imputation(nature="60632", fonction="211"), amount=amount)
    return Mandat(
        id=f"M2026-{number:06d}",
        siret=SIRET,
        exercice=DAY.year,
        number=number,
        tiers=CREDITOR,
        label=f"Facture F-{number} PAPETERIE DU LAC",
        reference=f"F-{number}",
        dgp=delay(DAY, None),
        lines=(line,),
        shares=(),
        pieces=(piece.id,),
        amount=amount,
    )


if __name__ == "__main__":
    main()
