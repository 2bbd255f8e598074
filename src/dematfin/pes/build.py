"""Writing a PES_Aller, one mandat and one document at a time, never the whole flow in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from lxml import etree

from dematfin.domain.document import DocumentRef
from dematfin.domain.finding import Finding
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import FlowPlan
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.pes.mandat import mandat_element
from dematfin.pes.pieces_jointes import encoded, file_name
from dematfin.pes.rules import judge
from dematfin.pes.text import fit
from dematfin.pes.validate import Schemas
from dematfin.pes.values import add, amount, node

ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
PROLOG: Final = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'
"""At byte 0, in this form: a TdT looks for the encoding in the first 50 characters."""
EXPENSE_PIECE: Final = "003"


class Writer:
    """Implements ports.flow.FlowWriter."""

    def __init__(self, open_document: Callable[[DocumentRef], BinaryIO], schemas: Schemas, release: str) -> None:
        """Prepare to write; `release` is the version of dematfin, told to Hélios."""
        self._open = open_document
        self._schemas = schemas
        self._release = release

    def build(self, plan: FlowPlan, target: Path) -> None:
        """Write the flow of a plan, unsigned, with InfoDematerialisee = 1 since it will be signed."""
        with target.open("wb") as sink:
            sink.write(PROLOG)
            with etree.xmlfile(sink, encoding="ISO-8859-1") as xml:
                root = etree.QName(ALLER, "PES_Aller")
                with xml.element(root, nsmap={"n": ALLER}, Id=f"ID_{plan.nomfic}"):
                    xml.write(self._envelope(plan), _header(plan))
                    with xml.element("PES_DepenseAller"):
                        self._expenses(xml, plan)
                    with xml.element("PES_PJ"):
                        self._documents(xml, plan)

    def problems(self, flow: Path) -> tuple[Finding, ...]:
        """Judge a file: its schemas first, then the rules that Hélios adds."""
        return judge(flow, self._schemas)

    def _envelope(self, plan: FlowPlan) -> Any:
        envelope = etree.Element("Enveloppe")
        add(node(envelope, "Parametres"), Version="2", TypFic="PESALR1", NomFic=plan.nomfic)
        add(node(envelope, "Emetteur"), Sigle="DEMATFIN", Adresse=f"dematfin {self._release}")
        add(node(envelope, "Recepteur"), Sigle="HELIOS")
        return envelope

    def _expenses(self, xml: Any, plan: FlowPlan) -> None:
        header = etree.Element("EnTeteDepense")
        add(header, IdVer="2", InfoDematerialisee="1")
        xml.write(header)
        names = {piece.id: file_name(piece.name) for piece in plan.references}
        for bordereau, mandats in plan.sheets:
            with xml.element("Bordereau", Id=element_id(bordereau)):
                xml.write(_block(bordereau, mandats))
                for mandat in mandats:
                    xml.write(mandat_element(mandat, names))

    def _documents(self, xml: Any, plan: FlowPlan) -> None:
        header = etree.Element("EnTetePES_PJ")
        add(header, IdVer="1")
        xml.write(header)
        for piece in _carried(plan):
            with xml.element("PJ"):
                with xml.element("Contenu"), xml.element("Fichier", MIMEType=piece.media_type):
                    self._write_content(xml, piece)
                described = etree.Element("PJ")
                add(
                    described,
                    IdUnique=piece.id,
                    NomPJ=file_name(piece.name),
                    TypePJ=EXPENSE_PIECE,
                    Description=fit(piece.description, 250),
                )
                xml.write(*described)

    def _write_content(self, xml: Any, piece: Piece) -> None:
        with self._open(piece.document) as source:
            for text in encoded(source):
                xml.write(text)


def element_id(bordereau: Bordereau) -> str:
    """Return the xs:ID that the signature of a bordereau refers to, e.g. `B2026T01N0000042`."""
    return f"B{bordereau.exercice}T01N{bordereau.number:07d}"


def _header(plan: FlowPlan) -> Any:
    header = etree.Element("EnTetePES")
    budget = plan.budget
    add(
        header,
        DteStr=plan.built_on.isoformat(),
        IdPost=budget.post,
        IdColl=budget.siret,
        CodCol=budget.cod_col,
        CodBud=budget.cod_bud,
        LibelleColBud=fit(budget.label, 38),
    )
    return header


def _block(bordereau: Bordereau, mandats: tuple[Mandat, ...]) -> Any:
    block = etree.Element("BlocBordereau")
    add(
        block,
        Exer=str(bordereau.exercice),
        IdBord=str(bordereau.number),
        DteBordEm=bordereau.emitted_on.isoformat(),
        TypBord="01",
        NbrPce=str(len(mandats)),
        MtCumulAnnuel=amount(bordereau.cumul),
        MtBordHT=amount(bordereau.total),
    )
    return block


def _carried(plan: FlowPlan) -> Iterator[Piece]:
    return (piece for piece in plan.references if piece.id in plan.carried)
