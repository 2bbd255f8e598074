"""Completing an editor's flow that weighs, against the least that it takes, and the proof of it.

    completer = a flow completed with one document for each mandat / (a copy of it + sha256, gzip and base64 of the
                documents)
    prouver   = the proof that nothing else has changed / (reading both files + sha256)
    mémoire   = bytes above what the process held before, at most, as a share of the editor's file

Each time is the best of several in the same run; memory is taken in a process of its own.
"""

import argparse
import base64
import binascii
import gzip
import hashlib
import json
import multiprocessing
import random
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.completion import Completion
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.pieces import Piece
from dematfin.pes.changes import changes
from dematfin.pes.complete import complete
from dematfin.pes.pieces_jointes import DEFLATE, GZIP, LEVEL

BEST_OF = 3
MEGABYTE = 1024 * 1024
SIRET = "21990042000015"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mandats", type=int, default=1_000)
    parser.add_argument("--octets", type=int, default=60_000, help="size of each document of the editor")
    parser.add_argument("--ajouts", type=int, default=30_000, help="size of each document that is added")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), options.mandats, options.octets, options.ajouts)
        figures = bench.figures()
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    print(f"flux de {bench.weight / MEGABYTE:.0f} Mo, {options.mandats} mandats (plus bas est mieux)")
    for figure in figures:
        print(f"{figure['name']} : {figure.get('ratio', figure.get('value'))} {figure['unit']}")


class Bench:
    """An editor's flow, the documents that are added to it, and each way of doing the work."""

    def __init__(self, folder: Path, mandats: int, octets: int, ajouts: int) -> None:
        self.flow, self.completed, self.floor = folder / "editeur.xml", folder / "complet.xml", folder / "plancher"
        self.folder = folder
        noise = random.Random(1)
        write_flow(self.flow, mandats, noise, octets)
        self.weight = self.flow.stat().st_size
        self.completion = self.prepared(mandats, noise, ajouts)

    def prepared(self, mandats: int, noise: random.Random, size: int) -> Completion:
        """Keep a document for each mandat."""
        references = {}
        for number in range(1, mandats + 1):
            data = b"%PDF-1.7\n" + noise.randbytes(size) + b"\n%%EOF\n"
            ref = DocumentRef(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
            (self.folder / ref.sha256).write_bytes(data)
            piece = Piece(
                id=f"{SIRET}2026DEMATFIN{number:08d}",
                invoice_id=f"F2026-{number:06d}",
                name="facture.pdf",
                media_type="application/pdf",
                description=f"Facture F2026-{number}",
                document=ref,
            )
            references[BordereauKind.ORDINARY, 2026, 42, number] = (piece,)
        carried = tuple(piece for pieces in references.values() for piece in pieces)
        return Completion(nomfic="NOUVEAU", dematerialised=True, references=references, carried=carried)

    def figures(self) -> list[dict[str, object]]:
        """Measure memory first, so that nothing that an earlier call has left is counted as resident."""
        shares = {name: round(above(act) / self.weight, 3) for name, act in self.acts().items()}
        ratios = {
            "completer": best(self.complete) / best(self.copy_by_hand),
            "prouver": best(self.prove) / best(self.read_by_hand),
        }
        return [
            *({"name": name, "ratio": round(ratio, 3), "unit": "x floor"} for name, ratio in ratios.items()),
            *({"name": f"{name}_memoire", "value": share, "unit": "x file"} for name, share in shares.items()),
        ]

    def acts(self) -> dict[str, Callable[[], None]]:
        """The two acts, in their order: the second reads what the first has written."""
        return {"completer": self.complete, "prouver": self.prove}

    def open(self, ref: DocumentRef) -> BinaryIO:
        """Open a document that is kept."""
        return (self.folder / ref.sha256).open("rb")

    def complete(self) -> None:
        complete(self.flow, self.completion, self.completed, self.open)

    def prove(self) -> None:
        assert changes(self.flow, self.completed, self.completion) == ()

    def copy_by_hand(self) -> None:
        """What cannot be spared: the file copied, each document packed."""
        shutil.copyfile(self.flow, self.floor)
        with self.floor.open("ab") as sink:
            for piece in self.completion.carried:
                with self.open(piece.document) as source:
                    data = source.read()
                hashlib.sha256(data).digest()
                packer = DEFLATE.compressobj(LEVEL, zlib.DEFLATED, GZIP)
                sink.write(binascii.b2a_base64(packer.compress(data) + packer.flush(), newline=False))

    def read_by_hand(self) -> None:
        """What cannot be spared: both files, read to their end."""
        for path in (self.flow, self.completed):
            digest = hashlib.sha256()
            with path.open("rb") as source:
                while chunk := source.read(MEGABYTE):
                    digest.update(chunk)


def best(act: Callable[[], None]) -> float:
    """Return the shortest time of an act."""
    times = []
    for _ in range(BEST_OF):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


def above(act: Callable[[], None]) -> int:
    """Return the bytes that an act takes above what was resident before it, in a child of this process."""
    told, tell = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_peak, args=(act, tell))
    child.start()
    tell.close()  # so that a child that dies is an end of file, not a wait
    peak: int = told.recv()
    child.join()
    return peak


def _peak(act: Callable[[], None], tell: Connection) -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the highest resident size so far
    before = _status("VmRSS")
    act()
    tell.send(_status("VmHWM") - before)


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def write_flow(target: Path, mandats: int, noise: random.Random, octets: int) -> None:
    """Write an editor's flow, unsigned, with one document a mandat."""
    with target.open("w", encoding="iso-8859-1") as sink:
        sink.write(HEAD)
        sink.writelines(PIECE.format(number=number) for number in range(1, mandats + 1))
        sink.write('</Bordereau></PES_DepenseAller><PES_PJ><EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ>')
        for number in range(1, mandats + 1):
            text = base64.b64encode(gzip.compress(noise.randbytes(octets), 1, mtime=0)).decode("ascii")
            sink.write(DOCUMENT.format(number=number, text=text))
        sink.write("</PES_PJ></n:PES_Aller>")


HEAD = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    '<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="F1"><Enveloppe><Parametres>'
    '<Version V="2"/><TypFic V="PESALR1"/><NomFic V="EXPORT-42"/></Parametres><Emetteur><Sigle V="EDITEUR"/>'
    '<Adresse V="logiciel"/></Emetteur></Enveloppe><PES_DepenseAller><EnTeteDepense><IdVer V="2"/></EnTeteDepense>'
    '<Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="42"/><TypBord V="01"/></BlocBordereau>'
)
PIECE = (
    '<Piece><BlocPiece><InfoPce><IdPce V="{number}"/><TypPce V="01"/><NatPce V="01"/><Obj V="Facture F2026-{number}"/>'
    '<PJRef><Support V="01"/><IdUnique V="EDITEUR{number:08d}"/><NomPJ V="bon.pdf"/><TypePJ V="003"/></PJRef>'
    '</InfoPce><DGP><Dgp V="0"/><DteDebDgp V="2026-03-02"/><DteFinDgp V="2026-04-01"/><DureeDgp V="30"/></DGP>'
    '</BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="1"/><Nature V="60632"/><Fonction V="211"/>'
    '<Facture V="F2026-{number}"/><LibVir1 V="F2026-{number}"/><ModRegl V="03"/><TVAIntraCom V="0"/>'
    '<MtHT V="120.00"/></InfoLignePce></BlocLignePiece><Tiers><InfoTiers><IdTiers V="91098765000017"/>'
    '<NatIdTiers V="01"/><CatTiers V="50"/><NatJur V="03"/><Nom V="PAPETERIE DU LAC"/></InfoTiers><Adresse>'
    '<TypAdr V="1"/><Adr2 V="12 avenue du Test"/><CP V="99000"/><Ville V="ESSAIVILLE"/><CodRes V="0"/></Adresse>'
    '<CpteBancaire><BIC V="TESTFRPP"/><IBAN V="FR7619999000170009876543276"/><TitCpte V="PAPETERIE DU LAC"/>'
    "</CpteBancaire></Tiers></LigneDePiece></Piece>"
)
DOCUMENT = (
    '<PJ><Contenu><Fichier MIMEType="application/pdf">{text}</Fichier></Contenu><IdUnique V="EDITEUR{number:08d}"/>'
    '<NomPJ V="bon.pdf"/><TypePJ V="003"/><Description V="Bon"/></PJ>'
)


if __name__ == "__main__":
    main()
