"""The collected flows of finance software, read where they are, and the least that makes each one good for Hélios."""

import base64
import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Final

from dematfin.domain.money import french
from official import OFFICIAL

FOLDER: Final = OFFICIAL / "samples" / "pes"
SIRET: Final = b"26990042000010"
FIRM: Final = b"91098765000017"
IBAN: Final = b"FR7619999000170009876543276"
SIGNATURE: Final = re.compile(rb"<ds:Signature .*</ds:Signature>", re.DOTALL)
ASTRAY: Final = re.compile(rb"</PES_PJ>\s*<PJ>.*?</PJ>", re.DOTALL)
Repair = Callable[[bytes], bytes]


def says(name: str, value: str | bytes) -> Repair:
    """Have every element of a name say something else."""
    said = value if isinstance(value, bytes) else value.encode("ascii")
    return lambda flow: re.sub(rb'(<%s V=")[^"]*' % name.encode("ascii"), rb"\g<1>" + said, flow)


def with_attribute(flow: bytes) -> bytes:
    """Say whether a card paid in an attribute, as since v5.14."""
    return flow.replace(
        b"<CarteAchatNiveau1>false</CarteAchatNiveau1>", b'<CarteAchatNiveau1 V="false"></CarteAchatNiveau1>'
    )


def lettered(flow: bytes) -> bytes:
    """Have the Id of the flow begin with a letter."""
    return flow.replace(b'Id="3f80998588', b'Id="F3f80998588')


def put_inside(flow: bytes) -> bytes:
    """Put the document that stands after PES_PJ inside it, with the content, the names and the mandat that it lacks."""
    content = base64.b64encode(gzip.compress(b"%PDF-1.4\n%%EOF\n", mtime=0))
    document = (
        b'<PJ><Contenu><Fichier MIMEType="application/pdf">' + content + b"</Fichier></Contenu>"
        b'<IdUnique V="26990042000010SIMU1"/><NomPJ V="simu.pdf"/><TypePJ V="003"/><Description V="Essai"/></PJ>'
    )
    reference = b'<PJRef><Support V="01"/><IdUnique V="26990042000010SIMU1"/></PJRef></InfoPce>'
    return ASTRAY.sub(document + b"</PES_PJ>", flow).replace(b"</InfoPce>", reference)


def unsigned(flow: bytes) -> bytes:
    """Take its signature off."""
    return SIGNATURE.sub(b"", flow)


def version_two(flow: bytes) -> bytes:
    """Say which version of the expenses it is; the documents keep theirs."""
    head, found, rest = flow.partition(b"<EnTeteDepense>")
    return head + found + rest.replace(b'<IdVer V="1"/>', b'<IdVer V="2"/>', 1)


SIMULATED: Final = (version_two, says("IdColl", SIRET), says("MtBordHT", "39724.75"))
"""What the DGFiP's simulator did not care about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What one mandat of a flow pays: an invoice that its supplier would have deposited."""

    mandat: int
    invoice: str
    amount: str
    supplier: str
    name: str
    iban: str
    marche: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One of the collected flows.

    Attributes:
        refused: codes of what has it refused as it is, and the words that name the fault.
        changed: what completing it rewrites, in its order; all the rest is added.
        renamed: no TdT would take its name.
        at_the_door: what an import says of it before it is judged: of no budget of ours, or not as ours is coded.
        repairs: the least that Hélios wants.
        elsewhere: IdUnique of the documents that an earlier flow is said to have carried.
        paid: the invoices that its mandats pay, when they pay any.
    """

    name: str
    refused: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: bool = False
    at_the_door: tuple[str, ...] = ("qui n'est aucun des budgets",)
    repairs: tuple[Repair, ...] = ()
    elsewhere: tuple[str, ...] = ()
    paid: tuple[Paid, ...] = ()

    def as_it_is(self) -> bytes:
        """Return its bytes."""
        return (FOLDER / self.name).read_bytes()

    def repaired(self) -> bytes:
        """Return its bytes, good for Hélios."""
        return reduce(lambda flow, repair: repair(flow), self.repairs, self.as_it_is())

    def written(self, folder: Path, data: bytes) -> Path:
        """Write it where somebody would have exported it."""
        path = folder / self.name
        path.write_bytes(data)
        return path


SAMPLES: Final = (
    Sample(
        name="minimal_own.xml",
        paid=(
            Paid(
                mandat=101,
                invoice="F2026-0117",
                amount="1200.00",
                supplier="90012345600023",
                name="QUINCAILLERIE DES ESSAIS SARL",
                iban="FR6719999000420123456789A79",
            ),
            Paid(
                mandat=102,
                invoice="AV-55012",
                amount="303.50",
                supplier="91098765000017",
                name="CHAUFFAGE EXEMPLE SAS",
                iban="FR7619999000170009876543276",
            ),
        ),
    ),
    Sample(
        name="pastell_doc_PES_ex.xml",
        paid=(
            Paid(
                mandat=6623,
                invoice="15-08-0764",
                amount="55.22",
                supplier="37909534200018",
                name="CELLULOSES DE BROCELIANDE",
                iban="FR7630003017020002010412521",
                marche="2015-15018D-00",
            ),
        ),
    ),
    Sample(
        name="parapheur_PESALR1_unsigned.xml",
        refused=("PES-XSD", "PES-XSD"),
        words=("Mandat n° 13712", "« CarteAchatNiveau1 »"),
        repairs=(with_attribute,),
        changed=("xml",),
        elsewhere=(
            "22610001400134DEP061202000202007240615506484QS4HV5",
            "22610001400134DEP0612020002020062306164603181VGFGP",
        ),
        paid=(
            Paid(
                mandat=13712,
                invoice="2020001824",
                amount="3032.00",
                supplier="45105338300837",
                name="VITALLIANCE",
                iban="FR7630066109120002004070173",
            ),
        ),
    ),
    *(
        Sample(
            name=f"pastell_HELIOS_SIMU_ALR2_{rest}.xml",
            refused=("PES-VERSION", "PES-IDCOLL", "PES-TOTAL"),
            words=(
                "doit être 2",
                "« 12345678912345 » n'est pas un SIRET",
                french(Decimal("75724.75")),
                french(Decimal("39724.75")),
            ),
            repairs=SIMULATED,
            changed=("InfoDematerialisee",),
        )
        for rest in ("1496987735_826268894", "LibelleColBud_avec_accent")
    ),
    Sample(
        name="pastell_HELIOS_SIMU_ALR2_1514362287_770650402.xml",
        refused=("PES-XSD",),
        words=("« PJ » n'est pas attendu à cet endroit",),
        repairs=(*SIMULATED, put_inside),
        changed=("InfoDematerialisee",),
    ),
    Sample(
        name="pastell_creation_document_pes.xml",
        refused=("PES-XSD", "PES-XSD"),
        words=("« 3f80998588e86daebd5656ca624e0a14 »", "« 733981751 » de « IdBord » a trop de chiffres"),
        repairs=(*SIMULATED, lettered, says("IdBord", "7339817")),
        changed=("InfoDematerialisee", "Bordereau"),
    ),
    Sample(
        name="sesile_helios.xml",
        refused=("PES-XSD", "PES-XSD"),
        words=("« 06088 » de « IdPost »", "« 000 » de « CodCol »"),
        at_the_door=("Ce flux dit CodCol = 000",),
        repairs=(says("IdPost", "006088"), says("CodCol", "088")),
        changed=("InfoDematerialisee", "Bordereau"),
    ),
    Sample(
        name="stela_test-perime-04-04-2016.xml",
        refused=("PES-IBAN", "PES-SIRET"),
        words=("l'IBAN FR76…5268 est faux", "34012369300114 n'est pas un SIRET correct"),
        repairs=(unsigned, says("IdTiers", FIRM), says("IBAN", IBAN)),
        changed=("NomFic",),
        renamed=True,
    ),
)


def every_flow() -> Iterator[str]:
    """Yield the name of each PES_Aller of the folder."""
    for path in sorted(FOLDER.glob("*.xml")):
        if b"PES_Aller" in path.read_bytes()[:4000]:
            yield path.name
