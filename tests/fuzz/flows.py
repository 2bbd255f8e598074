"""Doors of XML: flows, what Hélios answers, invoices, signatures."""

import base64
import gzip
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from chorus.pivots import PDF, piece, pivot, unit, wrapped
from dematfin.chorus.pivot import read_all, read_one
from dematfin.domain.editor.reading import claims_of
from dematfin.domain.mandat.verdict import read_acquit as verdict
from dematfin.errors import DematfinError
from dematfin.pes.changes import changes
from dematfin.pes.reader import Reader as Pes
from dematfin.pes.survey import survey
from dematfin.pes.validate import Schemas
from dematfin.scanning import facturx
from dematfin.signature.verify import Verifier
from dematfin.support.resources import folder as resource
from dematfin.support.xml import parse_head
from fuzz import bending
from fuzz.law import PREFIX
from fuzz.reader import Reader, placed, subfolder
from official import OFFICIAL
from pes.editors import Shape, added
from pes.test_answers_hostile import ACQUIT, RETOUR
from scanning.structured import cii, zugferd_1
from signature import town

PES: Final = Pes(Schemas())
LARGEST_SAMPLE: Final = 60_000
KNOWN: Final = frozenset({"MULTI001"})
DAY: Final = datetime(2026, 3, 2, tzinfo=UTC)


def official(where: str, *patterns: str) -> list[bytes]:
    """Return the samples of real software, where they are."""
    found = sorted(path for pattern in patterns for path in (OFFICIAL / "samples" / where).glob(pattern))
    return [path.read_bytes() for path in found if path.stat().st_size < LARGEST_SAMPLE]


@cache
def flows() -> list[bytes]:
    """Return flows of ours, and of others."""
    ours = [path.read_bytes() for path in sorted((resource("fixtures") / "pes").glob("*.xml"))]
    small = [one for one in ours if len(one) < LARGEST_SAMPLE]
    editors = [Shape(holder=holder).text().encode("iso-8859-1") for holder in ("absent", "full", "headed")]
    return [*small, *editors, *official("pes", "minimal*", "pastell_HELIOS*", "pastell_doc*", "sesile*", "parapheur*")]


@cache
def signed() -> list[bytes]:
    """Return flows that are signed: each bordereau, and the whole."""
    place = Path(mkdtemp(prefix=PREFIX))
    here, made = town.found_town(place), []
    for depense in (1, 2):
        flow = placed(town.flow(depense=depense), place, f"{depense}.xml")
        made.append(here.sign(flow).read_bytes())
    return [*made, *official("pes", "stela_test*")]


@cache
def verifier() -> Verifier:
    """Return what judges the signatures of anybody."""
    return town.found_town(Path(mkdtemp(prefix=PREFIX))).verifier()


def acquits() -> list[bytes]:
    """Return acquits of each kind."""
    own = ACQUIT.format(state='<EtatAck V="1"/>').encode()
    return [own, *official("pes", "*acquit*", "stela_ACK*", "s2low*")]


def retours() -> list[bytes]:
    """Return retours of each kind."""
    payment = '<OrgEma V="01"/><DtePay V="2026-03-11"/><MtPay V="12.50"/>'
    return [RETOUR.format(piece='<EtatPce V="05"/>', payment=payment).encode(), *official("pes", "own_retour*")]


def pivots() -> list[bytes]:
    """Return pivots, with what Chorus Pro wraps in them."""
    nested = unit(
        piece(base64.b64encode(gzip.compress(PDF)).decode(), "a.xml", mime="text/xml"), piece(wrapped(PDF), "b.zip")
    )
    return [pivot(), pivot(unit(), unit(key="")), pivot(nested), *official("cpp", "*.xml")]


def _seen(data: bytes, folder: Path) -> object:
    flow = PES.aller(placed(data, folder))
    return flow, claims_of(flow)


def _completed(data: bytes, folder: Path) -> object:
    flow, target = placed(data, folder), folder / "complet.xml"
    keys = tuple(dict.fromkeys(one.key for one in survey(flow).mandats if one.key))
    one = added(*keys, nomfic="DEMATFIN-1")
    one.complete(flow, target)
    told = changes(flow, target, one.completion)
    assert not told, told
    return target.stat().st_size


def _compared(data: bytes, folder: Path) -> object:
    before = placed(Shape().text().encode("iso-8859-1"), folder, "avant.xml")
    return changes(before, placed(data, folder), added(nomfic="DEMATFIN-1").completion)


def _acquit(data: bytes, _: Path) -> object:
    return verdict(PES.acquit(data))


def _invoices(data: bytes, folder: Path) -> object:
    path, place = placed(data, folder), subfolder(folder)
    try:
        return read_one(path, "9100123", place)
    except DematfinError:
        return read_all(path, place)


ALLER: Final = (
    "pes/light.py",
    "pes/contents.py",
    "pes/tags.py",
    "pes/latin.py",
    "support/xml.py",
    "pes/read.py",
    "pes/aller.py",
)
FLOWS: Final = (
    Reader(
        name="pivot",
        read=_invoices,
        samples=pivots,
        bend=bending.xml,
        modules=("chorus/pivot.py", "chorus/pieces.py", "support/files.py", "support/xml.py"),
    ),
    Reader(
        name="facturx",
        read=lambda data, _: facturx.read(data),
        samples=lambda: [cii(), zugferd_1()],
        bend=bending.xml,
        modules=("scanning/facturx.py",),
    ),
    Reader(
        name="pes-lecture", read=_seen, samples=flows, bend=bending.xml, modules=(*ALLER, "domain/editor/reading.py")
    ),
    Reader(
        name="pes-jugement",
        read=lambda data, folder: PES.judge(placed(data, folder), KNOWN),
        samples=flows,
        bend=bending.xml,
        modules=(*ALLER, "pes/schema_words.py", "pes/validate.py", "pes/rules/documents.py"),
        costs=2,
    ),
    Reader(
        name="pes-extraction",
        read=lambda data, folder: PES.take_out(placed(data, folder), folder / "pieces"),
        samples=flows,
        bend=bending.xml,
        modules=(*ALLER, "pes/take_out.py"),
    ),
    Reader(
        name="pes-completer",
        read=_completed,
        samples=flows,
        bend=bending.xml,
        modules=("pes/survey.py", "pes/tags.py", "pes/latin.py", "pes/complete.py"),
    ),
    Reader(
        name="pes-comparer",
        read=_compared,
        samples=flows,
        bend=bending.xml,
        modules=("pes/changes.py", "pes/tokens.py"),
    ),
    Reader(
        name="acquit",
        read=_acquit,
        samples=acquits,
        bend=bending.xml,
        modules=("pes/answer.py", "pes/acquit.py", "pes/record.py", "domain/mandat/verdict.py"),
    ),
    Reader(
        name="retour",
        read=lambda data, _: PES.retour(data),
        samples=retours,
        bend=bending.xml,
        modules=("pes/answer.py", "pes/retour.py", "pes/record.py"),
    ),
    Reader(
        name="xml-tete",
        read=lambda data, _: parse_head(data, "Fichier").tag,
        samples=acquits,
        bend=bending.xml,
        modules=("support/xml.py", "tdt/inbox.py"),
    ),
    Reader(
        name="signature",
        read=lambda data, folder: verifier().examine(placed(data, folder)),
        samples=signed,
        bend=bending.xml,
        modules=(
            "signature/layout.py",
            "signature/value.py",
            "signature/certificate.py",
            "signature/flow.py",
            "signature/verify.py",
            "signature/reading.py",
            "signature/policy.py",
        ),
        costs=4,
    ),
)
