"""Signing and verifying a flow whose documents weigh, against the same work by hand.

    signer   = a flow signed bordereau by bordereau / (parse, canonical form, SHA-256, RSA)
    verifier = a signed flow, verified and compared with the unsigned one / the same

The floor is taken in the same run. Memory is what each adds above the resident size before it, in a process of its own.
"""

import argparse
import hashlib
import json
import multiprocessing
import statistics
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from dematfin.sandbox import pki
from dematfin.signature.authorities import Authorities
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.verify import Verifier
from dematfin.signature.xades import XadesSigner
from dematfin.support.clock import SystemClock
from dematfin.support.xml import parser

PASSWORD: Final = "mot de passe de test"
ROUNDS = 3
NOW = SystemClock("Europe/Paris").now


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mandats", type=int, default=1_000)
    options.add_argument("--octets", type=int, default=100_000)
    options.add_argument("--portee", choices=("bordereau", "globale"), default="bordereau")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), asked.portee)
        write(bench.unsigned, asked.mandats, asked.octets)
        measured = bench.measure()
    if asked.json:
        print(json.dumps({"figures": measured}))
        return
    for figure in measured:
        print(f"{figure['name']} : {figure.get('ratio') or figure.get('value')} {figure['unit']}")


class Bench:
    """A mayor, a flow, and the two ways of doing the work."""

    def __init__(self, folder: Path, scope: str) -> None:
        self.mayor = pki.make_signing_pki(folder, PASSWORD)
        self.unsigned, self.signed = folder / "flux.xml", folder / "signe.xml"
        self.whole = scope == "globale"
        self.settings = SignatureSettings(
            pkcs12=folder / "maire.p12",
            autorites=(folder / "racine.pem", folder / "ac.pem"),
            listes_de_revocation=(folder / "ac.crl.pem",),
            ville="Testville",
            code_postal="21999",
            portee="globale" if self.whole else "bordereau",
        )
        self.authorities = Authorities(self.settings, NOW)
        self.signer = XadesSigner(self.settings, self.authorities, lambda: PASSWORD)
        self.signer.open_key(NOW())

    def measure(self) -> list[dict[str, Any]]:
        acts = {"signer": self.sign, "verifier": self.verify}
        floor = median(self.by_hand)
        weight = self.unsigned.stat().st_size
        figures: list[dict[str, Any]] = []
        for name, act in acts.items():
            figures.append({"name": name, "ratio": round(median(act) / floor, 3), "unit": "x floor"})
            figures.append({"name": f"{name}_memoire", "value": round(alone(act) / weight, 3), "unit": "x document"})
        return figures

    def by_hand(self) -> None:
        """What nobody can spare: parse, canonical form, SHA-256, one RSA operation."""
        root = etree.parse(self.unsigned, parser()).getroot()
        for element in [root] if self.whole else root.iterfind("*/Bordereau"):
            hashed = hashlib.sha256(etree.tostring(element, method="c14n", exclusive=True, with_tail=False))
            self.mayor.key.sign(hashed.digest(), padding.PKCS1v15(), hashes.SHA256())

    def sign(self) -> None:
        self.signer.sign(self.unsigned, self.signed, NOW())

    def verify(self) -> None:
        report = Verifier(self.settings, self.authorities, NOW).report(self.signed, self.unsigned)
        assert report.signatures and not report.findings, report.findings


def median(act: Callable[[], None]) -> float:
    """Return the median seconds of an act."""
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def alone(act: Callable[[], None]) -> int:
    """Return the bytes that an act adds to a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_watched, args=(act, theirs))
    child.start()
    theirs.close()  # so that a child that dies is an end of file, not a wait
    added: int = ours.recv()
    child.join()
    return added


def _watched(act: Callable[[], None], told: Connection) -> None:
    status = Path("/proc/self/clear_refs")
    status.write_text("5")  # the highest resident size starts again from here
    before = _resident("VmRSS")
    act()
    told.send(max(_resident("VmHWM") - before, 0))


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


def write(path: Path, mandats: int, octets: int) -> None:
    """Write a flow of one bordereau, with documents that no compression makes lighter."""
    chance = Random(1)
    with path.open("w", encoding="iso-8859-1") as sink:
        sink.write('<?xml version="1.0" encoding="ISO-8859-1"?>\n')
        sink.write('<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="FLUX1">')
        sink.write('<Enveloppe/><PES_DepenseAller><EnTeteDepense><InfoDematerialisee V="1"/></EnTeteDepense>')
        sink.write('<Bordereau Id="B1"><BlocBordereau><IdBord V="1"/></BlocBordereau>')
        sink.writelines(_mandat(number) for number in range(mandats))
        sink.write("</Bordereau></PES_DepenseAller><PES_PJ>")
        for number in range(mandats):
            text = b64encode(chance.randbytes(octets)).decode("ascii")
            sink.write(f'<PJ><Contenu><Fichier MIMEType="application/pdf">{text}</Fichier></Contenu>')
            sink.write(f'<IdUnique V="PJ{number}"/><NomPJ V="facture{number}.pdf"/></PJ>\n')
        sink.write("</PES_PJ></n:PES_Aller>\n")


def _mandat(number: int) -> str:
    lines = "".join(f'<Champ{field} V="valeur {field} du mandat {number} été"/>' for field in range(70))
    return f'<Piece><BlocPiece><IdPce V="{number}"/>{lines}</BlocPiece></Piece>\n'


if __name__ == "__main__":
    main()
