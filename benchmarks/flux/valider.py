"""Judging a flow whose documents weigh, against the least that looking at it takes.

    valider = judging a flow by its schemas and rules, documents included / (reading it + sha256)

Each time is the best of three; memory is megabytes above the resident size before the call, in a process of its own.
DEMATFIN_OFFICIEL, where it is set, names the folder of the DGFiP's schemas, which then judge too.
"""

import argparse
import base64
import gzip
import hashlib
import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from dematfin.domain.finding import blocking
from dematfin.pes.rules import judge
from dematfin.pes.validate import Schemas

BEST_OF = 3
MEGABYTE = 1024 * 1024
SIRET = "21990042000015"
AMOUNT = "120.00"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mandats", type=int, default=1_000)
    parser.add_argument("--octets", type=int, default=100_000, help="size of each document")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        flow = Path(scratch) / "flux.xml"
        write_flow(flow, options.mandats, options.octets)
        ratio, memory = validate(flow)
    if options.json:
        figures = [
            {"name": "valider", "ratio": round(ratio, 3), "unit": "x floor"},
            {"name": "valider_memoire", "value": round(memory, 1), "unit": "MB"},
        ]
        print(json.dumps({"figures": figures}))
        return
    print(f"valider : ratio {ratio:.2f}, {memory:.0f} Mo de plus qu'avant (plus bas est mieux)")


def validate(flow: Path) -> tuple[float, float]:
    """Judge a flow as it is judged before it is signed; return the ratio and the megabytes."""

    def judged() -> None:
        assert blocking(judge(flow, Schemas(_official()))) == ()

    memory = above(judged)  # first, so that nothing that an earlier call has left is counted as resident
    judged()  # schemas are compiled once a process
    return best(judged) / best(lambda: read_and_hash(flow)), memory


def best(act: Callable[[], object]) -> float:
    """Return the shortest time of an act."""
    times = []
    for _ in range(BEST_OF):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


def above(act: Callable[[], object]) -> float:
    """Return the megabytes that an act takes above what was resident before it, in a child of this process."""
    context = multiprocessing.get_context("fork")
    told, tell = context.Pipe(duplex=False)
    child = context.Process(target=_peak, args=(act, tell))
    child.start()
    tell.close()  # so that a child that dies is an end of file, not a wait
    peak = float(told.recv())
    child.join()
    return peak / MEGABYTE


def _peak(act: Callable[[], object], tell: "multiprocessing.connection.Connection") -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the highest resident size so far
    before = _status("VmRSS")
    act()
    tell.send(_status("VmHWM") - before)


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def read_and_hash(flow: Path) -> str:
    """Read a file once and return its fingerprint: the floor of whatever looks at all of it."""
    digest = hashlib.sha256()
    with flow.open("rb") as source:
        while chunk := source.read(MEGABYTE):
            digest.update(chunk)
    return digest.hexdigest()


def _official() -> Path | None:
    given = os.environ.get("DEMATFIN_OFFICIEL")
    return Path(given) / "xsd" / "pes" / "v5.17" if given else None


def write_flow(target: Path, mandats: int, octets: int) -> None:
    """Write an unsigned flow: one document a mandat, of bytes that do not compress, as those of scans do."""
    total = f"{int(AMOUNT.split('.', maxsplit=1)[0]) * mandats}.00"
    with target.open("w", encoding="iso-8859-1") as sink:
        sink.write(HEAD.format(count=mandats, total=total))
        sink.writelines(PIECE.format(number=number) for number in range(1, mandats + 1))
        sink.write('</Bordereau></PES_DepenseAller><PES_PJ><EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ>')
        sink.writelines(_documents(mandats, octets))
        sink.write("</PES_PJ></n:PES_Aller>")


def _documents(count: int, size: int) -> Iterator[str]:
    noise = random.Random(1)
    for number in range(1, count + 1):
        data = b"%PDF-1.7\n" + noise.randbytes(size) + b"\n%%EOF\n"
        text = base64.b64encode(gzip.compress(data, 1, mtime=0)).decode("ascii")
        yield DOCUMENT.format(number=number, text=text)


HEAD = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    '<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="F1"><Enveloppe><Parametres>'
    '<Version V="2"/><TypFic V="PESALR1"/><NomFic V="PESALR1_21990042000015_2026_000042_000007"/></Parametres>'
    '<Emetteur><Sigle V="DEMATFIN"/><Adresse V="dematfin"/></Emetteur></Enveloppe><EnTetePES><DteStr V="2026-03-20"/>'
    f'<IdPost V="099042"/><IdColl V="{SIRET}"/><CodCol V="142"/><CodBud V="00"/></EnTetePES><PES_DepenseAller>'
    '<EnTeteDepense><IdVer V="2"/><InfoDematerialisee V="1"/></EnTeteDepense><Bordereau Id="B2026T01N0000042">'
    '<BlocBordereau><Exer V="2026"/><IdBord V="42"/><DteBordEm V="2026-03-20"/><TypBord V="01"/><NbrPce V="{count}"/>'
    '<MtCumulAnnuel V="{total}"/><MtBordHT V="{total}"/></BlocBordereau>'
)
PIECE = (
    '<Piece><BlocPiece><InfoPce><IdPce V="{number}"/><TypPce V="01"/><NatPce V="01"/><Obj V="Facture F2026-{number}"/>'
    f'<PJRef><Support V="01"/><IdUnique V="{SIRET}2026DEPENSE{{number:08d}}"/><NomPJ V="facture.pdf"/>'
    '<TypePJ V="003"/></PJRef></InfoPce><DGP><Dgp V="0"/><DteDebDgp V="2026-03-02"/><DteFinDgp V="2026-04-01"/>'
    '<DureeDgp V="30"/></DGP></BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="1"/>'
    '<Nature V="60632"/><Fonction V="211"/><Facture V="F2026-{number}"/><LibVir1 V="F2026-{number}"/><ModRegl V="03"/>'
    f'<TVAIntraCom V="0"/><MtHT V="{AMOUNT}"/></InfoLignePce></BlocLignePiece><Tiers><InfoTiers>'
    '<IdTiers V="91098765000017"/><NatIdTiers V="01"/><RefTiers V="F00231"/><CatTiers V="50"/><NatJur V="03"/>'
    '<Nom V="PAPETERIE DU LAC"/></InfoTiers><Adresse><TypAdr V="1"/><Adr2 V="12 avenue du Test"/><CP V="99000"/>'
    '<Ville V="ESSAIVILLE"/><CodRes V="0"/></Adresse><CpteBancaire><BIC V="TESTFRPP"/>'
    '<IBAN V="FR7619999000170009876543276"/><TitCpte V="PAPETERIE DU LAC"/></CpteBancaire></Tiers>'
    "</LigneDePiece></Piece>"
)
DOCUMENT = (
    '<PJ><Contenu><Fichier MIMEType="application/pdf">{text}</Fichier></Contenu>'
    f'<IdUnique V="{SIRET}2026DEPENSE{{number:08d}}"/><NomPJ V="facture.pdf"/><TypePJ V="003"/>'
    '<Description V="Facture"/></PJ>'
)


if __name__ == "__main__":
    main()
